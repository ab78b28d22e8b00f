"""Things made with this project, each by one command."""

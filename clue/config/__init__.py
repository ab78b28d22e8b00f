"""Settings: their schema, ranges and choices, and the checks of command-line arguments."""

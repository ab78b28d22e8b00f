"""How a released file comes over HTTP: login, patience, parts of files, checks."""

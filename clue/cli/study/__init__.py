"""`clue study`: declared studies."""

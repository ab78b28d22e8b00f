"""The commands of `python -m clue`."""

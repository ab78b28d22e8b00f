"""`clue data`: fetch, build, import and check data sets."""

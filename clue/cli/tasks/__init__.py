"""`clue tasks`: the task files, their data and the tokens that they need."""

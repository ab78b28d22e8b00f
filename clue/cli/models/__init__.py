"""`clue models`: the model files, their weights and the tasks that fit."""

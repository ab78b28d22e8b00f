"""The data sets: the files that hold them, where they are, and how they are read."""

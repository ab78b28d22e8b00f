"""Statistics of paired scores: one method, one file; nothing here reads a file."""

"""`clue store`: list, verify, export, import, relocate and prune a store."""

"""Paired statistics over the records that `clue` writes."""

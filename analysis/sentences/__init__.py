"""Sentences about results; no other package writes prose from numbers."""

"""Sentences about results: the only place where prose is made of numbers."""

"""Pairing of two result sets: the same samples, proved by what was asked."""

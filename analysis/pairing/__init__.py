"""Pairing of two result sets: the same samples, proved by digests of their prompts."""

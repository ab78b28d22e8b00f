"""Metrics: one score per sample, 0 to 1, full precision; averages follow in `summary`."""

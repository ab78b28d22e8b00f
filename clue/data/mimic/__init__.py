"""Builders, from MIMIC-IV, of the data sets that were never released."""

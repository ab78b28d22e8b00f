"""How the data sets that were never released are made from MIMIC-IV."""

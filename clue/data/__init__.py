"""The data sets: registry, location, strict readers, download, builders from MIMIC-IV."""

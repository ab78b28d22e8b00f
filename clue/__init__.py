"""Cells of the study: one model on one clinical task under one prompt setting.

`clue` turns a configuration into per-sample records and knows nothing of pairs or p-values;
`analysis` reads the records and knows nothing of devices.
"""

__version__ = "0.1.0"

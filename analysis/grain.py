"""The unit of which all differences are whole multiples, if there is one."""

import numpy as np

from analysis.paired import Array

FINEST = 1000
"""Fractions with a larger denominator count as continuous."""
TOLERANCE = 1e-9


def grain(differences: Array) -> float | None:
    """The largest unit of which all differences are whole multiples; None: they are continuous.

    Args:
        differences: shape (n,), in any unit.
    """
    distinct = np.unique(np.abs(differences))
    for denominator in range(1, FINEST + 1):
        multiples = distinct * denominator
        whole = np.round(multiples)
        if np.all(np.abs(multiples - whole) <= TOLERANCE * np.maximum(1.0, multiples)):
            common = np.gcd.reduce(whole.astype(np.int64))
            return float(common) / denominator if common else None
    return None

"""The unit of which all differences are whole multiples, if there is one."""

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array

FINEST = 1000
"""Fractions with a larger denominator count as continuous."""
TOLERANCE = 1e-9
PROBE = 4
"""Differences, the largest, that rule out almost every denominator before all are looked at."""


def grain(differences: Array) -> float | None:
    """The largest unit of which all differences are whole multiples; None: they are continuous.

    Args:
        differences: shape (n,), in any unit.
    """
    distinct = np.unique(np.abs(differences))
    denominators = np.arange(1, FINEST + 1)
    fits = _whole(np.outer(denominators, distinct[-PROBE:])).all(axis=1)
    for denominator in denominators[fits]:
        multiples = distinct * denominator
        if _whole(multiples).all():
            common = np.gcd.reduce(np.round(multiples).astype(np.int64))
            return float(common) / int(denominator) if common else None
    return None


def _whole(multiples: Array) -> NDArray[np.bool_]:
    """Which numbers are integers but for rounding."""
    close: NDArray[np.bool_] = np.abs(multiples - np.round(multiples)) <= TOLERANCE * np.maximum(
        1.0, multiples
    )
    return close

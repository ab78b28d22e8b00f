"""Detection of the step size: the unit of which all differences are integer multiples."""

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array

FINEST = 1000
"""Fractions with a larger denominator count as continuous."""
TOLERANCE = 1e-9
PROBE = 4
"""Number of differences, the largest ones, that are tested first: they rule out almost every
denominator before all differences are tested."""


def step_size(differences: Array) -> float | None:
    """Returns the largest unit of which all differences are integer multiples.

    Args:
        differences: shape (n,), in any unit.

    Returns:
        None if the differences are continuous or all zero.

    >>> step_size(np.array([0.4, -0.2, 0.0]))
    0.2
    >>> step_size(np.array([0.4, np.pi])) is None
    True
    """
    distinct = np.unique(np.abs(differences))
    denominators = np.arange(1, FINEST + 1)
    fits = _are_integers(np.outer(denominators, distinct[-PROBE:])).all(axis=1)
    for denominator in denominators[fits]:
        multiples = distinct * denominator
        if _are_integers(multiples).all():
            common = np.gcd.reduce(np.round(multiples).astype(np.int64))
            return float(common) / int(denominator) if common else None
    return None


def _are_integers(multiples: Array) -> NDArray[np.bool_]:
    """Marks the numbers that are integers up to rounding."""
    close: NDArray[np.bool_] = np.abs(multiples - np.round(multiples)) <= TOLERANCE * np.maximum(
        1.0, multiples
    )
    return close

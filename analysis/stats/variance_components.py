"""Variance components of nested observations, and the error of their mean in other designs.

Analysis of variance for unbalanced nested data (Henderson's first method): each sum of squares is
set equal to its expectation. In balanced data with positive estimates it is REML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array

Codes = NDArray[np.intp]
"""Number of the unit that each observation belongs to, shape (n,)."""


@dataclass(frozen=True)
class NestedVariance:
    """Variances between the units of nested levels, from the coarsest level to the finest."""

    estimates: Array
    """Unbiased; negative if units differ less than expected by chance, shape (levels,)."""
    weights: Array
    """Sum of the squared weights that the units of a level have in the mean, shape (levels,)."""

    @property
    def variances(self) -> Array:
        """Estimates, with 0 in the place of negative ones."""
        return np.maximum(self.estimates, 0.0)

    @property
    def shares(self) -> Array:
        """Share of each level in the variance of an observation; nan if all observations agree.

        >>> found = nested_variance(np.array([0.0, 1.0, 4.0, 5.0]), [np.array([0, 0, 1, 1])])
        >>> found.shares.round(3).tolist()
        [0.939, 0.061]
        """
        total = self.variances.sum()
        return self.variances / total if total > 0 else np.full(len(self.variances), np.nan)

    def error(self, doubled: int | None = None) -> float:
        """Standard error of the mean.

        Args:
            doubled: level with twice as many units in each unit of the level above; None: the
                design as it is.

        >>> found = nested_variance(np.array([0.0, 1.0, 4.0, 5.0]), [np.array([0, 0, 1, 1])])
        >>> [round(found.error(level), 3) for level in (None, 0, 1)]
        [2.0, 1.414, 1.984]
        """
        weights = self.weights.copy()
        if doubled is not None:
            weights[doubled:] /= 2
        return float(np.sqrt(self.variances @ weights))


def nested_variance(
    y: Array, levels: Sequence[Codes], weights: Array | None = None
) -> NestedVariance:
    """Estimates the variance between the units of each level and between observations.

    Args:
        y: observations, shape (n,).
        levels: units of each observation, from the coarsest level to the finest; each unit lies in
            one unit of the level above. The observations themselves are a last level.
        weights: of the observations in their mean, summing to 1; None: equal.

    Raises:
        ValueError: a level has no more units than the one above, so they cannot be told apart.
    """
    n = len(y)
    all_levels = [*levels, np.arange(n)]
    counts = [1, *(len(np.unique(codes)) for codes in all_levels)]
    if any(fine <= coarse for coarse, fine in pairwise(counts)):
        raise ValueError(f"levels with {counts[1:]} units of {n} observations are not nested")
    parents = [np.zeros(n, dtype=np.intp), *all_levels]
    deviations = y - y.mean()
    squares = np.array([_sum_of_squares(deviations, codes) for codes in parents])
    expected = np.array([[_expected(own, other) for other in all_levels] for own in parents])
    shares = np.full(n, 1 / n) if weights is None else weights
    return NestedVariance(
        np.linalg.solve(np.diff(expected, axis=0), np.diff(squares)),
        np.array([float((np.bincount(codes, shares) ** 2).sum()) for codes in all_levels]),
    )


def _sum_of_squares(y: Array, codes: Codes) -> float:
    """Sum over units of their squared totals divided by their sizes."""
    sizes = np.bincount(codes)
    return float((np.bincount(codes, y)[sizes > 0] ** 2 / sizes[sizes > 0]).sum())


def _expected(own: Codes, other: Codes) -> float:
    """Coefficient of the variance between units of `other` in the sum of squares of `own`."""
    _, first, cells = np.unique(
        own * (int(other.max()) + 1) + other, return_index=True, return_inverse=True
    )
    sizes = np.bincount(cells).astype(float)
    return float((sizes**2 / np.bincount(own)[own[first]]).sum())

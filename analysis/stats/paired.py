"""Paired scores of two models on the same items, and their differences summed within clusters.

All inference in this package is a function of `Sums`. A difference is tuned minus base: a negative
one is a decline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clue.cluster_robust import ROUNDING, Array, Interval, Sums

__all__ = ["Array", "Interval", "Paired", "Sums"]


@dataclass(frozen=True)
class Paired:
    """Scores of the same items by two models, presentations averaged; sorted by id.

    Sorting makes every later sum independent of the order in which the items arrived.
    """

    ids: tuple[str, ...]
    """Shape (n,), ascending."""
    clusters: tuple[str, ...]
    """Unit of independence of each item, shape (n,)."""
    base: Array
    """Shape (n,), in the unit of the score."""
    tuned: Array
    """Shape (n,), in the unit of the score."""
    step_size: float | None = None
    """All differences are integer multiples of it (1 for right or wrong, 1/5 for a mean of five).
    None: the differences are continuous. With a step size, tests are exact at any number of
    clusters."""

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        clusters: Sequence[str],
        base: Sequence[float] | Array,
        tuned: Sequence[float] | Array,
        step_size: float | None = None,
    ) -> "Paired":
        """Sorts items that arrive in any order.

        >>> Paired.of(["b", "a"], ["ward 1", "ward 2"], [0.0, 1.0], [1.0, 1.0]).ids
        ('a', 'b')
        """
        order = sorted(range(len(ids)), key=lambda index: ids[index])
        return cls(
            tuple(ids[index] for index in order),
            tuple(clusters[index] for index in order),
            np.asarray(base, dtype=float)[order],
            np.asarray(tuned, dtype=float)[order],
            step_size,
        )

    @cached_property
    def differences(self) -> Array:
        """Tuned minus base, shape (n,).

        >>> Paired.of(["a", "b"], ["a", "b"], [0.0, 1.0], [1.0, 1.0]).differences.tolist()
        [1.0, 0.0]
        """
        return self.tuned - self.base

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Index of each item's cluster among the sorted cluster names, shape (n,).

        >>> Paired.of(["a", "b", "c"], ["y", "x", "y"], [0, 0, 0], [1, 1, 0]).codes.tolist()
        [1, 0, 1]
        """
        _, codes = np.unique(self.clusters, return_inverse=True)
        return codes.astype(np.intp)

    @cached_property
    def sums(self) -> Sums:
        """Differences summed within clusters, clusters sorted by name.

        A sum that differs from zero by rounding only is set to zero; otherwise its cluster would
        count as one in which the models differ.

        >>> sums = Paired.of(["a", "b", "c"], ["y", "x", "y"], [0, 0, 0], [1, 1, 0.5]).sums
        >>> sums.sums.tolist(), sums.sizes.tolist()
        ([1.0, 1.5], [1.0, 2.0])
        """
        sums = np.bincount(self.codes, weights=self.differences).astype(float)
        spread = np.bincount(self.codes, weights=np.abs(self.differences))
        sums[np.abs(sums) <= ROUNDING * spread] = 0.0
        return Sums(sums, np.bincount(self.codes).astype(float))


def excludes_zero(interval: Interval | None) -> bool:
    """True if there is an interval and zero is outside of it.

    >>> excludes_zero(Interval(0.1, 0.4)), excludes_zero(Interval(-0.1, 0.4)), excludes_zero(None)
    (True, False, False)
    """
    return interval is not None and (interval.low > 0 or interval.high < 0)

"""Scores of the same items by two models, and their differences summed within clusters.

Everything inferential of this package is a function of `Sums`. A difference is tuned minus base:
negative is a decline.
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
    """Scores of the same items by two models, repeats averaged; sorted by id.

    Sorting makes every later sum independent of the order in which the items came.
    """

    ids: tuple[str, ...]
    """Shape (n,), ascending."""
    clusters: tuple[str, ...]
    """Unit of independence of each item, shape (n,)."""
    base: Array
    """Shape (n,), in the unit of the score."""
    tuned: Array
    """Shape (n,), in the unit of the score."""
    grain: float | None = None
    """Differences are whole multiples of it (1 for right or wrong, 1/5 for a mean of five); None:
    they are continuous. It makes exact tests possible at any number of clusters."""

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        clusters: Sequence[str],
        base: Sequence[float] | Array,
        tuned: Sequence[float] | Array,
        grain: float | None = None,
    ) -> "Paired":
        """From items in any order."""
        order = sorted(range(len(ids)), key=lambda place: ids[place])
        return cls(
            tuple(ids[place] for place in order),
            tuple(clusters[place] for place in order),
            np.asarray(base, dtype=float)[order],
            np.asarray(tuned, dtype=float)[order],
            grain,
        )

    @cached_property
    def differences(self) -> Array:
        """Tuned minus base, shape (n,)."""
        return self.tuned - self.base

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Number of each item's cluster, clusters sorted by name, shape (n,)."""
        _, codes = np.unique(self.clusters, return_inverse=True)
        return codes.astype(np.intp)

    @cached_property
    def sums(self) -> Sums:
        """Differences summed within clusters, clusters sorted by name.

        A sum that only rounding keeps from zero is zero: it would count as a cluster that differs.
        """
        sums = np.bincount(self.codes, weights=self.differences).astype(float)
        spread = np.bincount(self.codes, weights=np.abs(self.differences))
        sums[np.abs(sums) <= ROUNDING * spread] = 0.0
        return Sums(sums, np.bincount(self.codes).astype(float))


def excludes_zero(interval: Interval | None) -> bool:
    """Whether an interval lies on one side of zero."""
    return interval is not None and (interval.low > 0 or interval.high < 0)

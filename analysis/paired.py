"""Scores of the same items by two models, and their differences summed within clusters.

Everything inferential of this package is a function of `Sums`: clusters (patients, premises,
letters) are the unit of independence, items within them are not. A difference is tuned minus base:
negative is a decline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


ROUNDING = 1e-12
"""Share of what is summed that counts as nothing."""


class Interval(NamedTuple):
    """Two ends, in the unit of the score."""

    low: float
    high: float


@dataclass(frozen=True)
class Sums:
    """Differences of one pair in one score, summed within clusters."""

    sums: Array
    """Shape (G,), in the unit of the score."""
    sizes: Array
    """Items of each cluster, shape (G,)."""

    @property
    def n(self) -> int:
        """Items."""
        return int(self.sizes.sum())

    @property
    def n_clusters(self) -> int:
        """Clusters, G."""
        return len(self.sums)

    @property
    def delta(self) -> float:
        """Mean difference over items, tuned minus base."""
        return float(self.sums.sum() / self.sizes.sum())


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

"""Interval implied by sign-flip tests: the differences that neither one-sided test rejects.

Hartigan 1969: if the errors of clusters are symmetric, the mean differences of all subsets of
clusters divide the line into equally probable parts. Under a hypothetical difference, flipping a
subset is as extreme as the data if the subset's mean does not exceed that difference; flipping
nothing always is.
"""

from typing import NamedTuple

import numpy as np

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array, Interval, Sums
from analysis.stats.sign_flip import subset_sums
from analysis.stats.sign_flip.permutation_test import ENUMERABLE

UNBOUNDED = Interval(-np.inf, np.inf)
NEAR, STEPS = 2000, 12
"""Means that need no closer bounds, and steps towards so few: equal means are never fewer. Neither
changes a result."""
EVERY, BEYOND = 50, 1.3
"""Each so many values are a sample, and the rank in it is raised by this factor; neither changes a
result."""


def exact(sums: Sums, level: float) -> Interval | None:
    """Interval from all subsets; None if there are too many clusters.

    >>> exact(Sums(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)), level=0.8)
    Interval(low=1.0, high=4.0)
    """
    if sums.n_clusters > ENUMERABLE:
        return None
    rank = _rank(1 << sums.n_clusters, level, idle=1)
    if rank < 0:
        return UNBOUNDED
    low = _smallest_mean(sums.sums, sums.sizes, rank)
    high = -_smallest_mean(-sums.sums, sums.sizes, rank)
    return _round_to_zero(low, high, sums.sums)


def random(sums: Sums, flipped: Array, sizes: Array, level: float) -> Interval:
    """Interval from random subsets, to which the pattern of the data (no flip) is added.

    Args:
        sums: the series.
        flipped: its sums over the subsets, shape (B,).
        sizes: items in the subsets, shape (B,).
        level: confidence level.

    >>> random(Sums(np.ones(30), np.ones(30)), np.arange(39.0), np.ones(39), level=0.9)
    Interval(low=1.0, high=37.0)
    """
    with np.errstate(invalid="ignore"):
        means = flipped / sizes  # nan, which sorts last, for an empty subset
    flipping = int(np.count_nonzero(sizes))
    rank = _rank(len(flipped) + 1, level, idle=len(flipped) + 1 - flipping)
    if rank < 0:
        return UNBOUNDED
    return _round_to_zero(_ranked(means, rank), -_ranked(-means, rank), sums.sums)


def _ranked(values: Array, rank: int) -> float:
    """The value with this rank from 0, the smallest first, as a partition of all values gives it.

    A sorted sample bounds it, and only the values below the bound are partitioned: for the ends of
    an interval this takes a seventh of the time.
    """
    sample = np.sort(values[::EVERY])
    bound = sample[min(int(BEYOND * (rank / EVERY + 10)), len(sample) - 1)]
    candidates = values[values <= bound]
    if len(candidates) <= rank:  # the sample misled, or the bound is nan
        candidates = values
    return float(np.partition(candidates, rank)[rank])


def _rank(patterns: int, level: float, idle: int) -> int:
    """Rank of the first mean from either end that is not rejected, counted from 0.

    Args:
        patterns: number of all patterns.
        level: confidence level.
        idle: patterns that flip nothing; they count on both sides.
    """
    return int(patterns * (1 - level) / 2 + 1e-9) - idle


def _smallest_mean(values: Array, sizes: Array, rank: int) -> float:
    """Mean of the non-empty subset that has this rank among all of them.

    Subsets of one half of the clusters meet those of the other in sorted order, which counts 2^20
    means below a bound by 2^10 searches. Means are computed only between two bounds close to the
    result, which are widened by more than a rounding error.
    """
    halves = _Halves.of(values, sizes)
    means = values / sizes
    slack = ROUNDING * float(np.abs(means).max()) or float(np.finfo(float).tiny)
    low, high = float(means.min()) - slack, float(means.max()) + slack
    below, upto = 0, (1 << len(values)) - 1
    for _ in range(STEPS):
        if upto - below <= NEAR:
            break
        bound = (low + high) / 2
        number = halves.number(bound)
        if number > rank:
            high, upto = bound, number
        else:
            low, below = bound, number
    near = halves.means(low - slack, high + slack)
    smaller = halves.number(high + slack) - len(near)
    return float(np.partition(near, rank - smaller)[rank - smaller])


class _Halves(NamedTuple):
    """Sums and sizes of all subsets of the first and of the second half of the clusters."""

    a: Array
    """Sums of the first half's subsets; the empty one is first, the whole half last."""
    n: Array
    """Sizes of them."""
    b: Array
    """Sums of the second half's subsets."""
    m: Array
    """Sizes of them."""

    @classmethod
    def of(cls, values: Array, sizes: Array) -> "_Halves":
        middle = len(values) // 2
        halves = (slice(middle), slice(middle, None))
        return cls(
            *(subset_sums.all_subsets(of[half]) for half in halves for of in (values, sizes))
        )

    def number(self, bound: float) -> int:
        """Number of non-empty subsets of all clusters whose mean does not exceed a bound.

        (a + b) / (n + m) <= bound if b - bound m <= bound n - a, which the empty subset fulfils.
        """
        ordered = np.sort(self.b - bound * self.m)
        return int(np.searchsorted(ordered, bound * self.n - self.a, "right").sum()) - 1

    def means(self, low: float, high: float) -> Array:
        """Means of the subsets that `number(high)` counts, unless they are `low` or less.

        (n + m) (high - mean) is the distance from the bound in the order, so that the subsets above
        `low` are less than (high - low) times all items before it.
        """
        distances = self.b - high * self.m
        order = np.argsort(distances)
        ends = high * self.n - self.a
        width = (high - low) * float(self.n[-1] + self.m[-1])
        start = np.searchsorted(distances[order], ends - width, "left")
        stop = np.searchsorted(distances[order], ends, "right")
        counts = stop - start
        first = np.repeat(np.arange(len(counts)), counts)
        second = order[np.arange(len(first)) - np.repeat(np.cumsum(counts) - stop, counts)]
        with np.errstate(invalid="ignore"):
            means = (self.a[first] + self.b[second]) / (self.n[first] + self.m[second])
        return np.asarray(means[means > low])  # not the nan of the empty subset


def _round_to_zero(low: float, high: float, sums: Array) -> Interval:
    """Sets an end to zero if it differs from zero by rounding error only."""
    slack = ROUNDING * float(np.abs(sums).sum())
    return Interval(*(0.0 if abs(limit) <= slack else limit for limit in (low, high)))

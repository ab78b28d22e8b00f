"""The interval that sign-flip tests imply: differences that neither one-sided test rejects.

Hartigan 1969: if clusters' errors are symmetric, the mean differences of all subsets of clusters
divide the line into equally probable parts. Under a hypothetical difference, flipping a subset is
as extreme as the data if the subset's mean does not exceed it; flipping nothing always is.
"""

import numpy as np

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array, Interval, Sums
from analysis.stats.sign_flip import subset_sums
from analysis.stats.sign_flip.permutation_test import ENUMERABLE

EVERYTHING = Interval(-np.inf, np.inf)


def exact(sums: Sums, level: float) -> Interval | None:
    """From all subsets; None if there are too many clusters."""
    if sums.n_clusters > ENUMERABLE:
        return None
    rank = _rank(1 << sums.n_clusters, level, idle=1)
    if rank < 0:
        return EVERYTHING
    low = _smallest_mean(sums.sums, sums.sizes, rank)
    high = -_smallest_mean(-sums.sums, sums.sizes, rank)
    return _cleared(low, high, sums.sums)


def drawn(sums: Sums, flipped: Array, sizes: Array, level: float) -> Interval:
    """From random subsets, to which the data's own pattern, flipping nothing, is added.

    Args:
        sums: the series.
        flipped: its sums over the subsets, shape (B,).
        sizes: items in the subsets, shape (B,).
        level: of confidence.
    """
    with np.errstate(invalid="ignore"):
        means = flipped / sizes  # nan, which sorts last, for an empty subset
    flipping = int(np.count_nonzero(sizes))
    rank = _rank(len(flipped) + 1, level, idle=len(flipped) + 1 - flipping)
    if rank < 0:
        return EVERYTHING
    means.partition([rank, flipping - 1 - rank])
    return _cleared(float(means[rank]), float(means[flipping - 1 - rank]), sums.sums)


def _rank(patterns: int, level: float, idle: int) -> int:
    """Place of the first mean from either end that is not rejected, counted from 0.

    Args:
        patterns: all of them.
        level: of confidence.
        idle: patterns that flip nothing, and so count on both sides.
    """
    return int(patterns * (1 - level) / 2 + 1e-9) - idle


def _smallest_mean(values: Array, sizes: Array, rank: int) -> float:
    """The mean of a non-empty subset that has this rank among all of them.

    Subsets of one half of the clusters meet those of the other in sorted order, which counts 2^20
    means below a bound by 2^10 searches; the means themselves are computed near the end only.
    """
    middle = len(values) // 2
    (a, n), (b, m) = (
        (subset_sums.every(values[half]), subset_sums.every(sizes[half]))
        for half in (slice(middle), slice(middle, None))
    )
    low, high = float((values / sizes).min()), float((values / sizes).max())
    for _ in range(60):
        bound = (low + high) / 2
        number = int(np.searchsorted(np.sort(b - bound * m), bound * n - a, "right").sum()) - 1
        if number > rank:
            high = bound
            if number < 2 * rank + 100:
                break
        else:
            low = bound
    order = np.argsort(b - high * m)
    ends = np.searchsorted((b - high * m)[order], high * n - a, "right")
    first = np.repeat(np.arange(len(a)), ends)
    second = order[np.arange(len(first)) - np.repeat(np.cumsum(ends) - ends, ends)]
    with np.errstate(invalid="ignore"):
        means = (a[first] + b[second]) / (n[first] + m[second])
    return float(np.partition(means, rank)[rank])


def _cleared(low: float, high: float, sums: Array) -> Interval:
    """Without the rounding error of an end at zero."""
    slack = ROUNDING * float(np.abs(sums).sum())
    return Interval(*(0.0 if abs(end) <= slack else end for end in (low, high)))

"""Descriptive effect sizes of a series, in addition to its mean difference; none is a test."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analysis.stats.clusters import NAN, ROUNDING
from analysis.stats.paired import Array, Paired


class Counts(NamedTuple):
    """Items by outcome; better, worse and tied add up to all items."""

    better: int
    """Tuned scored more than base."""
    worse: int
    tied: int
    both_zero: int
    """Ties at a score of zero."""


class TwoPartDifference(NamedTuple):
    """Two parts that add up to the mean difference."""

    zeros: float
    """Part from items on which exactly one of the models scored zero."""
    others: float
    """Part from all other items."""


class StandardisedDifference(NamedTuple):
    """Mean difference in standard deviations of the differences."""

    raw: float
    """Cohen's d_z."""
    hedges: float
    """d_z with Hedges' correction for bias (Hedges 1981)."""


def dz(differences: Array) -> StandardisedDifference:
    """Standardised mean difference of pairs (Cohen's d_z, and with Hedges' correction).

    Args:
        differences: of items, shape (n,).

    Returns:
        nan if there are fewer than two items or all differences are equal.

    >>> size = dz(np.array([1.0, 2.0, 3.0]))
    >>> round(size.raw, 3), round(size.hedges, 3)
    (2.0, 1.128)
    """
    n = len(differences)
    spread = float(differences.std(ddof=1)) if n > 1 else 0.0
    if spread <= ROUNDING * float(np.abs(differences).max()):
        return StandardisedDifference(NAN, NAN)
    raw = float(differences.mean()) / spread
    df = n - 1
    unbiased = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2) if df > 1 else NAN
    return StandardisedDifference(raw, raw * float(unbiased))


def counts(paired: Paired) -> Counts:
    """Counts items by outcome; averages that differ by rounding only are ties.

    >>> counts(Paired.of([*"abc"], [*"abc"], [0.0, 0.0, 1.0], [0.0, 1.0, 0.5]))
    Counts(better=1, worse=1, tied=1, both_zero=1)
    """
    signs = _signs(paired)
    both = (paired.base == 0) & (paired.tuned == 0)
    return Counts(
        int((signs > 0).sum()), int((signs < 0).sum()), int((signs == 0).sum()), int(both.sum())
    )


def p_sup(paired: Paired) -> float:
    """Probability of superiority: P(tuned > base) + P(tie) / 2 of an item.

    It is 1/2 if neither model scores higher more often than the other.

    >>> p_sup(Paired.of([*"abcd"], [*"abcd"], [0, 0, 0, 1], [0, 1, 1, 0]))
    0.625
    """
    return float((1 + _signs(paired)).mean() / 2)


def two_part(paired: Paired) -> TwoPartDifference:
    """Splits the mean difference into items on which some model scored zero, and all others.

    A model that degenerates to empty answers loses in the first part and may gain in the second.

    >>> parts = two_part(Paired.of([*"ab"], [*"ab"], [0.4, 0.4], [0.0, 0.8]))
    >>> parts.zeros, parts.others
    (-0.2, 0.2)
    """
    zero = (paired.base == 0) | (paired.tuned == 0)
    n = len(zero)
    return TwoPartDifference(
        float(paired.differences[zero].sum() / n), float(paired.differences[~zero].sum() / n)
    )


def trimmed_mean(differences: Array, share: float = 0.05) -> float:
    """Mean difference without the smallest and the largest `share` of the items.

    >>> trimmed_mean(np.array([-90.0, 1.0, 2.0, 3.0, 50.0]), share=0.2)
    2.0
    """
    cut = int(share * len(differences))
    middle = slice(cut, len(differences) - cut)
    return float(np.partition(differences, (middle.start, middle.stop - 1))[middle].mean())


def hodges_lehmann(differences: Array) -> float:
    """Median of the averages of all pairs of differences, including each with itself.

    >>> hodges_lehmann(np.array([1.0, 2.0, 9.0]))
    3.5
    """
    ordered = np.sort(differences)
    number = len(ordered) * (len(ordered) + 1) // 2
    middle = {(number - 1) // 2, number // 2}
    return float(np.mean([_pair_sum(ordered, rank) for rank in middle])) / 2


def _pair_sum(x: Array, rank: int) -> float:
    """Sum of that rank among x[i] + x[j], i <= j, x ascending (Johnson and Mizoguchi 1978).

    Each row i has a range of candidates j. The weighted median of the rows' middles halves the
    candidates, so that the n^2 / 2 sums are never computed. Sums that differ by rounding only
    count as equal.
    """
    slack = ROUNDING * float(np.abs(x).max())
    row = np.arange(len(x))
    low, high = row.copy(), np.full(len(x), len(x))
    while (high - low).sum() > len(x):
        pivot = _weighted_middle(x, low, high)
        below = np.maximum(np.searchsorted(x, pivot - slack - x), row)
        upto = np.maximum(np.searchsorted(x, pivot + slack - x, "right"), row)
        if rank < (below - row).sum():
            high = np.maximum(np.minimum(high, below), low)
        elif rank >= (upto - row).sum():
            low = np.minimum(np.maximum(low, upto), high)
        else:
            return pivot
    sums = [x[i] + x[low[i] : high[i]] for i in np.flatnonzero(high > low)]
    return float(np.sort(np.concatenate(sums))[rank - int((low - row).sum())])


def _weighted_middle(x: Array, low: NDArray[np.intp], high: NDArray[np.intp]) -> float:
    rows = np.flatnonzero(high > low)
    middles = x[rows] + x[(low[rows] + high[rows]) // 2]
    order = np.argsort(middles)
    weight = np.cumsum((high - low)[rows][order])
    return float(middles[order][np.searchsorted(weight, weight[-1] / 2)])


def _signs(paired: Paired) -> Array:
    scale = np.maximum(np.abs(paired.base), np.abs(paired.tuned))
    tied = np.abs(paired.differences) <= ROUNDING * scale
    return np.where(tied, 0.0, np.sign(paired.differences))

"""Effect sizes that describe a series beside its mean difference; none of them is a test."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln

from analysis.stats.clusters import NAN, ROUNDING
from analysis.stats.paired import Array, Paired


class Counts(NamedTuple):
    """How items went; better, worse and tied are all of them."""

    better: int
    """Tuned scored more than base."""
    worse: int
    tied: int
    both_zero: int
    """Ties at a score of zero."""


class Split(NamedTuple):
    """Two parts of the mean difference, whose sum it is."""

    zeros: float
    """From items where exactly one of the models scored zero."""
    others: float
    """From items where neither did."""


class Standardised(NamedTuple):
    """A mean difference in standard deviations of the differences."""

    raw: float
    """Cohen's d_z."""
    hedges: float
    """Without its bias (Hedges 1981)."""


def dz(differences: Array) -> Standardised:
    """Standardised mean difference of pairs.

    Args:
        differences: of items, shape (n,).

    Returns:
        nan if there are fewer than two items or all differences are equal.
    """
    n = len(differences)
    spread = float(differences.std(ddof=1)) if n > 1 else 0.0
    if spread <= ROUNDING * float(np.abs(differences).max()):
        return Standardised(NAN, NAN)
    raw = float(differences.mean()) / spread
    df = n - 1
    unbiased = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2) if df > 1 else NAN
    return Standardised(raw, raw * float(unbiased))


def counts(paired: Paired) -> Counts:
    """How many items went which way; averages that differ by rounding only are ties."""
    signs = _signs(paired)
    both = (paired.base == 0) & (paired.tuned == 0)
    return Counts(
        int((signs > 0).sum()), int((signs < 0).sum()), int((signs == 0).sum()), int(both.sum())
    )


def p_sup(paired: Paired) -> float:
    """P(tuned > base) + P(tie) / 2 of an item: 1/2 where neither is more often ahead."""
    return float((1 + _signs(paired)).mean() / 2)


def two_part(paired: Paired) -> Split:
    """Splits the mean difference by whether a model scored zero.

    A model that degenerates to empty answers loses in the first part and may gain in the second.
    """
    zero = (paired.base == 0) | (paired.tuned == 0)
    n = len(zero)
    return Split(
        float(paired.differences[zero].sum() / n), float(paired.differences[~zero].sum() / n)
    )


def trimmed_mean(differences: Array, share: float = 0.05) -> float:
    """Mean difference without the smallest and the largest `share` of the items."""
    return float(stats.trim_mean(differences, share))


def hodges_lehmann(differences: Array) -> float:
    """Median of the averages of all pairs of differences, each with itself included."""
    ordered = np.sort(differences)
    number = len(ordered) * (len(ordered) + 1) // 2
    middle = {(number - 1) // 2, number // 2}
    return float(np.mean([_pair_sum(ordered, rank) for rank in middle])) / 2


def _pair_sum(x: Array, rank: int) -> float:
    """The sum of two of the ascending x, i <= j, of that rank (Johnson and Mizoguchi 1978).

    Each row i keeps a range of j; the weighted median of the rows' middles halves what is left, so
    that n^2 / 2 sums are never made. Sums that differ by rounding only count as equal.
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

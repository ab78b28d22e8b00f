"""Exact tail probabilities of sums whose terms change sign at random."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array

Tail = Callable[[float], float]
"""P(sum >= t) as a function of t, for a sum t that can occur."""
LARGEST = 30_000
"""Steps up to which several step sizes are convolved: a fifth of a second in the worst case."""


def enumerated(values: Array) -> Tail:
    """Tail over all 2^m sign patterns of m values, ties by rounding included.

    All patterns of one half of the values meet those of the other in sorted order, so that 2^20
    patterns cost 2^10 searches.
    """
    middle = len(values) // 2
    first, second = (_signed(half) for half in (values[:middle], values[middle:]))
    second.sort()
    slack = ROUNDING * float(np.abs(values).sum())

    def tail(t: float) -> float:
        below = np.searchsorted(second, t - slack - first)
        return positive(float((len(second) - below).sum()) / (len(first) * len(second)))

    return tail


def steps(sums: Array, grain: float) -> NDArray[np.int64]:
    """Cluster sums as whole numbers of steps.

    Raises:
        ValueError: they are none, so the grain was declared wrongly.
    """
    exact = sums / grain
    whole = np.rint(exact)
    if float(np.abs(exact - whole).max(initial=0.0)) > 1e-6:
        raise ValueError(f"the sums of differences are no multiples of {grain}, their grain")
    return np.asarray(whole, dtype=np.int64)


def convolvable(whole: NDArray[np.int64]) -> bool:
    """Whether `convolved` is quick: one step size, or not too many steps in all."""
    sizes = np.unique(np.abs(whole[whole != 0]))
    return len(sizes) <= 1 or int(np.abs(whole).sum()) <= LARGEST


def convolved(whole: NDArray[np.int64]) -> Tail:
    """Tail over all sign patterns of whole numbers, at any number of them.

    Numbers of one size make a binomial law; the laws of all sizes are convolved. All terms are
    positive, so that small tails keep their digits.
    """
    sizes, numbers = np.unique(np.abs(whole[whole != 0]), return_counts=True)
    total = int(sizes @ numbers)
    unit = int(np.gcd.reduce(sizes)) if len(sizes) else 1
    law = np.ones(1)
    for size, number in zip((sizes // unit).tolist(), numbers.tolist(), strict=True):
        part = np.zeros(size * number + 1)
        part[::size] = stats.binom.pmf(np.arange(number + 1), number, 0.5)
        law = np.convolve(law, part)
    cumulative = np.cumsum(law)

    def tail(t: float) -> float:
        flipped = int(np.floor((total - t) / (2 * unit)))
        """The most that the flipped numbers may sum to, in units."""
        return positive(min(float(cumulative[min(flipped, len(cumulative) - 1)]), 1.0))

    return tail


def positive(p: float) -> float:
    """A p-value is never 0: what underflows is the smallest number that there is."""
    return max(p, float(np.finfo(float).tiny))


def _signed(values: Array) -> Array:
    """Sums under all sign patterns, shape (2^m,)."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums

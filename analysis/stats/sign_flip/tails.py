"""Exact tail probabilities of sums whose terms have random signs."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array

Tail = Callable[[float], float]
"""P(sum >= t) as a function of t, for a sum t that can occur."""
LARGEST = 30_000
"""Largest total of steps of several sizes that is convolved: 0.2 seconds in the worst case."""


def enumerated(values: Array) -> Tail:
    """Tail over all 2^m sign patterns of m values, including ties by rounding.

    All patterns of one half of the values meet those of the other in sorted order, so that 2^20
    patterns cost 2^10 searches.

    >>> enumerated(np.array([1.0, 2.0, 3.0]))(4.0)
    0.25
    """
    middle = len(values) // 2
    first, second = (_signed(half) for half in (values[:middle], values[middle:]))
    second.sort()
    slack = ROUNDING * float(np.abs(values).sum())

    def tail(t: float) -> float:
        below = np.searchsorted(second, t - slack - first)
        return nonzero_p(float((len(second) - below).sum()) / (len(first) * len(second)))

    return tail


def steps(sums: Array, step_size: float) -> NDArray[np.int64]:
    """Cluster sums as integer numbers of steps.

    Raises:
        ValueError: a sum is no multiple of the step size, so it was declared wrongly.

    >>> steps(np.array([0.5, -1.0]), 0.25).tolist()
    [2, -4]
    """
    multiples = sums / step_size
    integers = np.rint(multiples)
    if float(np.abs(multiples - integers).max(initial=0.0)) > 1e-6:
        raise ValueError(f"the sums of differences are not multiples of the step size {step_size}")
    return np.asarray(integers, dtype=np.int64)


def convolvable(steps: NDArray[np.int64]) -> bool:
    """True if `convolved` is quick: one step size, or not too many steps in total.

    >>> convolvable(np.array([1, -1] * 50_000)), convolvable(np.array([1, -20_000, 20_000]))
    (True, False)
    """
    sizes = np.unique(np.abs(steps[steps != 0]))
    return len(sizes) <= 1 or int(np.abs(steps).sum()) <= LARGEST


def convolved(steps: NDArray[np.int64]) -> Tail:
    """Tail over all sign patterns of any number of integers.

    Integers of one absolute value have a binomial distribution; the distributions of all absolute
    values are convolved. All terms are positive, so small tails have full precision.

    >>> round(convolved(np.array([1, 2, 3]))(4.0), 6)
    0.25
    """
    sizes, numbers = np.unique(np.abs(steps[steps != 0]), return_counts=True)
    total = int(sizes @ numbers)
    unit = int(np.gcd.reduce(sizes)) if len(sizes) else 1
    law = np.ones(1)
    for size, number in zip((sizes // unit).tolist(), numbers.tolist(), strict=True):
        part = np.zeros(size * number + 1)
        part[::size] = _halves(number)
        law = np.convolve(law, part)
    cumulative = np.cumsum(law)

    def tail(t: float) -> float:
        flipped = int(np.floor((total - t) / (2 * unit)))
        """Largest sum that the flipped integers may have, in units."""
        return nonzero_p(min(float(cumulative[min(flipped, len(cumulative) - 1)]), 1.0))

    return tail


@lru_cache(maxsize=512)
def _halves(number: int) -> Array:
    """Probabilities of 0 to `number` heads of a fair coin; series of a study share many."""
    return np.asarray(stats.binom.pmf(np.arange(number + 1), number, 0.5))


def nonzero_p(p: float) -> float:
    """Replaces a p-value that underflows to 0 by the smallest positive normal number.

    >>> nonzero_p(0.02), nonzero_p(0.0) > 0
    (0.02, True)
    """
    return max(p, float(np.finfo(float).tiny))


def _signed(values: Array) -> Array:
    """Sums under all sign patterns, shape (2^m,)."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums

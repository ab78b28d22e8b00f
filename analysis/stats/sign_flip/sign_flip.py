"""Sign flips of whole clusters: an exact test of "no mean change", and the interval it implies.

If neither model is better, the difference of each cluster could as well have had the other sign.
The test compares the mean with its values under all sign patterns, or under `flips` random ones.
With one item per cluster and right or wrong answers it is the exact McNemar test.

Series with the same number of clusters share their random signs. One number is taken from the
generator, whatever the series are, so no series changes the result of another.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from analysis.stats.paired import Array, Interval, Sums
from analysis.stats.sign_flip import interval as intervals
from analysis.stats.sign_flip import permutation_test as tests
from analysis.stats.sign_flip import subset_sums
from analysis.stats.sign_flip.permutation_test import SignFlip

__all__ = ["SignFlip", "sign_flips", "sign_flips_with_intervals"]

TOGETHER = 64
"""Series whose random sums are in memory at a time (0.8 MB each); changes no result."""
Result = TypeVar("Result")
StepSizes = Sequence[float | None]
"""Unit of which the differences of each series are integer multiples; None: continuous."""


def sign_flips(
    many: Sequence[Sums], rng: Generator, step_sizes: StepSizes | None = None, flips: int = 99_999
) -> list[SignFlip]:
    """Tests several series.

    Args:
        many: the series. The order of clusters affects the results of a seed.
        rng: source of the random signs.
        step_sizes: a series with a step size is tested exactly at any number of clusters.
        flips: random sign patterns where no exact test is possible, B; p = (b + 1) / (B + 1).

    >>> sums = Sums(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.ones(6))
    >>> (test,) = sign_flips([sums], np.random.default_rng(0))
    >>> test.p, test.exact, test.flips
    (0.03125, True, 64)
    """
    step_of = step_sizes or [None] * len(many)
    return _exact_or_random(
        many,
        rng,
        flips,
        lambda index: tests.exact(many[index].sums, step_of[index]),
        lambda index, flipped, _: tests.random(many[index].sums, flipped),
    )


def sign_flips_with_intervals(
    many: Sequence[Sums],
    rng: Generator,
    step_sizes: StepSizes | None = None,
    flips: int = 99_999,
    level: float = 0.95,
) -> list[tuple[SignFlip, Interval]]:
    """Tests several series and inverts the one-sided tests to intervals (Hartigan 1969).

    An interval contains the differences that neither one-sided test rejects; its ends are infinite
    with too few clusters to exclude anything. Test and interval use the same random subsets, which
    halves the cost.

    Args:
        many: the series. The order of clusters affects the results of a seed.
        rng: source of the random signs.
        step_sizes: a series with a step size is tested exactly at any number of clusters.
        flips: random sign patterns or subsets where not all can be enumerated, B.
        level: confidence level.

    >>> sums = Sums(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.ones(6))
    >>> ((test, interval),) = sign_flips_with_intervals([sums], np.random.default_rng(0))
    >>> test.p, interval
    (0.03125, Interval(low=1.0, high=6.0))
    """
    step_of = step_sizes or [None] * len(many)
    exact = [tests.exact(series.sums, step) for series, step in zip(many, step_of, strict=True)]

    def enumerated(index: int) -> tuple[SignFlip, Interval] | None:
        test, interval = exact[index], intervals.exact(many[index], level)
        return (test, interval) if test and interval else None

    def randomised(index: int, flipped: Array, sizes: Array) -> tuple[SignFlip, Interval]:
        interval = intervals.random(many[index], flipped, sizes, level)
        test = exact[index]
        if test is None:
            return tests.random(many[index].sums, flipped), interval
        return test, _agreeing(interval, test, (1 - level) / 2)

    return _exact_or_random(many, rng, flips, enumerated, randomised)


def _agreeing(interval: Interval, test: SignFlip, alpha: float) -> Interval:
    """Moves the ends of a random interval that are on the other side of 0 than an exact test says.

    Clusters without a difference take no part in a test of 0, so it can be exact where an interval
    is not. The ends of a random interval err by chance; the exact test decides whether 0 is inside.
    The price: an end that is moved lies at 0 itself, or next to it.
    """
    beyond = float(np.nextafter(0.0, 1.0))
    low = max(interval.low, beyond) if test.p_greater <= alpha else min(interval.low, 0.0)
    high = min(interval.high, -beyond) if test.p_less <= alpha else max(interval.high, 0.0)
    return Interval(low, high)


def _exact_or_random(
    many: Sequence[Sums],
    rng: Generator,
    draws: int,
    exact: Callable[[int], Result | None],
    random: Callable[[int, Array, Array], Result],
) -> list[Result]:
    """Exact results, and those from sums and sizes of random subsets where `exact` gives None."""
    seed = int(rng.integers(2**63))
    results = {index: exact(index) for index in range(len(many))}
    inexact = [index for index, result in results.items() if result is None]
    for index, flipped, sizes in _random_sums(many, inexact, seed, draws):
        results[index] = random(index, flipped, sizes)
    return [result for result in results.values() if result is not None]


def _random_sums(
    many: Sequence[Sums], indices: Sequence[int], seed: int, draws: int
) -> Iterator[tuple[int, Array, Array]]:
    """Yields index, sums (B,) and sizes (B,) of random subsets of each series."""
    groups = defaultdict(list)
    for index in indices:
        groups[many[index].n_clusters].append(index)
    for group in groups.values():
        for start in range(0, len(group), TOGETHER):
            batch = group[start : start + TOGETHER]
            sizes = {many[index].sizes.tobytes(): many[index].sizes for index in batch}
            columns = np.stack([*(many[index].sums for index in batch), *sizes.values()])
            rows = subset_sums.random_subsets(columns, seed, draws)
            size_rows = dict(zip(sizes, rows[len(batch) :], strict=True))
            for index, row in zip(batch, rows, strict=False):
                yield index, row, size_rows[many[index].sizes.tobytes()]

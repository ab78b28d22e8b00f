"""Sign flips of whole clusters: an exact test of "no mean change", and the interval it implies.

If neither model is better, each cluster's difference could as well have had the other sign. The
test compares the mean with its values under all sign patterns, or under `flips` random ones; with
one item per cluster and right or wrong answers it is the exact McNemar test.

Series with as many clusters share their random signs. One number is taken from the generator,
whatever the series are, so no series changes the result of another.
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

__all__ = [
    "SignFlip",
    "flips_and_inversions",
    "inversion",
    "inversions",
    "sign_flip",
    "sign_flips",
]

TOGETHER = 64
"""Series whose random sums are in memory at a time (0.8 MB each); changes no result."""
Made = TypeVar("Made")
Grains = Sequence[float | None]
"""Of each series, what its differences are whole multiples of; None: they are continuous."""


def sign_flip(
    sums: Sums, rng: Generator, grain: float | None = None, flips: int = 99_999
) -> SignFlip:
    """Test of one series; the same as it gets among others."""
    return sign_flips([sums], rng, [grain], flips)[0]


def inversion(sums: Sums, rng: Generator, level: float = 0.95, draws: int = 99_999) -> Interval:
    """Interval of one series; the same as it gets among others."""
    return inversions([sums], rng, level, draws)[0]


def sign_flips(
    many: Sequence[Sums], rng: Generator, grains: Grains | None = None, flips: int = 99_999
) -> list[SignFlip]:
    """Tests of several series.

    Args:
        many: the series. The order of clusters is part of what a seed means.
        rng: of the random signs.
        grains: with one, a test is exact at any number of clusters.
        flips: random sign patterns where no exact test is possible, B; p = (b + 1) / (B + 1).
    """
    grain_of = grains or [None] * len(many)
    return _each(
        many,
        rng,
        flips,
        lambda place: tests.exact(many[place].sums, grain_of[place]),
        lambda place, drawn, _: tests.random(many[place].sums, drawn),
    )


def inversions(
    many: Sequence[Sums], rng: Generator, level: float = 0.95, draws: int = 99_999
) -> list[Interval]:
    """Differences that neither one-sided sign-flip test rejects (Hartigan 1969).

    Args:
        many: the series.
        rng: of the random subsets; in the state in which `sign_flips` found it, they are the same.
        level: of confidence.
        draws: random subsets where there are more than 20 clusters, B.

    Returns:
        Infinite ends where there are too few clusters to exclude anything.
    """
    return _each(
        many,
        rng,
        draws,
        lambda place: intervals.exact(many[place], level),
        lambda place, drawn, sizes: intervals.drawn(many[place], drawn, sizes, level),
    )


def flips_and_inversions(
    many: Sequence[Sums],
    rng: Generator,
    grains: Grains | None = None,
    flips: int = 99_999,
    level: float = 0.95,
) -> list[tuple[SignFlip, Interval]]:
    """Both of each series, from the same subsets at half the price."""
    grain_of = grains or [None] * len(many)
    exact = [tests.exact(one.sums, grain) for one, grain in zip(many, grain_of, strict=True)]

    def enumerated(place: int) -> tuple[SignFlip, Interval] | None:
        test, interval = exact[place], intervals.exact(many[place], level)
        return (test, interval) if test and interval else None

    def drawn(place: int, sums: Array, sizes: Array) -> tuple[SignFlip, Interval]:
        test = exact[place] or tests.random(many[place].sums, sums)
        return test, intervals.drawn(many[place], sums, sizes, level)

    return _each(many, rng, flips, enumerated, drawn)


def _each(
    many: Sequence[Sums],
    rng: Generator,
    draws: int,
    exact: Callable[[int], Made | None],
    random: Callable[[int, Array, Array], Made],
) -> list[Made]:
    """What is exact, and for the rest what follows from random subsets' sums and sizes."""
    seed = int(rng.integers(2**63))
    made = {place: exact(place) for place in range(len(many))}
    left = [place for place, result in made.items() if result is None]
    for place, sums, sizes in _drawn(many, left, seed, draws):
        made[place] = random(place, sums, sizes)
    return [result for result in made.values() if result is not None]


def _drawn(
    many: Sequence[Sums], places: Sequence[int], seed: int, draws: int
) -> Iterator[tuple[int, Array, Array]]:
    """Place, sums (B,) and sizes (B,) of random subsets of each series."""
    groups = defaultdict(list)
    for place in places:
        groups[many[place].n_clusters].append(place)
    for group in groups.values():
        for start in range(0, len(group), TOGETHER):
            some = group[start : start + TOGETHER]
            sizes = {many[place].sizes.tobytes(): many[place].sizes for place in some}
            columns = np.stack([*(many[place].sums for place in some), *sizes.values()])
            rows = subset_sums.drawn(columns, seed, draws)
            size_rows = dict(zip(sizes, rows[len(some) :], strict=True))
            for place, row in zip(some, rows, strict=False):
                yield place, row, size_rows[many[place].sizes.tobytes()]

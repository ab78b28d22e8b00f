"""Bootstrap-t over clusters: a check of the interval where few clusters are skewed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator

from analysis.stats.clusters import NAN, ROUNDING, residuals
from analysis.stats.paired import Array, Interval, Sums

BLOCK = 2000
"""Resamples drawn at a time. Part of what a seed means: changing it changes every result."""


def bootstrap_t(sums: Sums, rng: Generator, draws: int = 10_000, level: float = 0.95) -> Interval:
    """Interval of one series; the same as `bootstrap_ts` would give it among others."""
    return bootstrap_ts([sums], rng, draws, level)[0]


def bootstrap_ts(
    many: Sequence[Sums], rng: Generator, draws: int = 10_000, level: float = 0.95
) -> list[Interval]:
    """Symmetric studentised bootstrap intervals over clusters (Hall 1988).

    Series with as many clusters share their resamples; one number is taken from `rng`.

    Args:
        many: the series.
        rng: of the resamples.
        draws: resamples, B.
        level: of confidence.

    Returns:
        nan with one cluster or where no cluster deviates from the mean.
    """
    seed = int(rng.integers(2**63))
    ratios = [np.empty(draws) for _ in many]
    groups = defaultdict(list)
    for place, one in enumerate(many):
        groups[one.n_clusters].append(place)
    for count, places in groups.items():
        sizes = {many[place].sizes.tobytes(): many[place].sizes for place in places}
        shared = [list(sizes).index(many[place].sizes.tobytes()) for place in places]
        parts = [*(_columns(many[place]) for place in places), *map(_sized, sizes.values())]
        columns = np.concatenate(parts, axis=1)
        for rows, times in _resamples(count, seed, draws):
            sums = (times @ columns).T
            own = sums[: 3 * len(places)].reshape(len(places), 3, -1)
            sized = sums[3 * len(places) :].reshape(len(sizes), 2, -1)
            for place, made, size in zip(places, own, shared, strict=True):
                ratios[place][rows] = _studentised(made, sized[size])
    return [_interval(one, ratio, level) for one, ratio in zip(many, ratios, strict=True)]


def _resamples(count: int, seed: int, draws: int) -> Iterator[tuple[slice, Array]]:
    """How many times each cluster is in each resample, shape (rows, G), block by block."""
    rng = np.random.default_rng([seed, count])
    for start in range(0, draws, BLOCK):
        rows = min(BLOCK, draws - start)
        chosen = rng.integers(count, size=(rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(chosen.ravel(), minlength=rows * count).reshape(rows, count)
        yield slice(start, start + rows), times.astype(float)


def _columns(sums: Sums) -> Array:
    """What of a series is summed over the clusters of a resample, shape (G, 3)."""
    e, n = residuals(sums), sums.sizes
    return np.stack([e, e**2, e * n], axis=1)


def _sized(sizes: Array) -> Array:
    """What all series of these clusters have in common, shape (G, 2)."""
    return np.stack([sizes, sizes**2], axis=1)


def _studentised(made: Array, sized: Array) -> Array:
    """Absolute deviation of each resample from the data in its own CR0 errors, shape (rows,).

    A resample that deviates without any spread counts as infinitely far.

    Args:
        made: sums of `_columns` over the clusters of each resample, shape (3, rows).
        sized: sums of `_sized`, shape (2, rows).
    """
    moved, squares, cross = made
    items, sizes = sized
    shift = moved / items
    spread = squares - 2 * shift * cross + shift**2 * sizes
    spread[spread <= ROUNDING * squares] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(moved) / np.sqrt(spread)
    return np.asarray(np.where(moved == 0, 0.0, ratio), dtype=float)


def _interval(sums: Sums, ratios: Array, level: float) -> Interval:
    error = float(np.sqrt((residuals(sums) ** 2).sum())) / sums.n
    if sums.n_clusters < 2 or error == 0:
        return Interval(NAN, NAN)
    rank = min(int(np.ceil(level * (len(ratios) + 1) - 1e-9)), len(ratios)) - 1
    reach = float(np.partition(ratios, rank)[rank]) * error
    return Interval(sums.delta - reach, sums.delta + reach)

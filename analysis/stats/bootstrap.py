"""Bootstrap-t over clusters: checks the interval of few and skewed clusters."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from analysis.stats.clusters import NAN, ROUNDING, residuals
from analysis.stats.paired import Array, Interval, Sums

BLOCK = 2000
"""Resamples drawn at a time. Results of a seed depend on it: changing it changes every result."""


def bootstrap_t(sums: Sums, rng: Generator, draws: int = 10_000, level: float = 0.95) -> Interval:
    """Symmetric studentised bootstrap interval over clusters (Hall 1988).

    Args:
        sums: the series.
        rng: source of the resamples; one number is taken from it.
        draws: number of resamples, B.
        level: confidence level.

    Returns:
        nan with one cluster or if no cluster deviates from the mean.

    >>> sums = Sums(np.array([0.0, 1.0, -1.0, 2.0, 0.0, 30.0, 1.0, 2.0]), np.ones(8))
    >>> low, high = bootstrap_t(sums, np.random.default_rng(0), draws=999)
    >>> bool(low < sums.delta < high)
    True
    """
    seed = int(rng.integers(2**63))
    ratios = np.empty(draws)
    columns = _columns(sums)
    for rows, times in _resamples(sums.n_clusters, seed, draws):
        ratios[rows] = _studentised((times @ columns).T)
    return _interval(sums, ratios, level)


def _resamples(count: int, seed: int, draws: int) -> Iterator[tuple[slice, Array]]:
    """Yields how often each cluster is in each resample, shape (rows, G), block by block."""
    rng = np.random.default_rng([seed, count])
    for start in range(0, draws, BLOCK):
        rows = min(BLOCK, draws - start)
        clusters = rng.integers(count, size=(rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(clusters.ravel(), minlength=rows * count).reshape(rows, count)
        yield slice(start, start + rows), times.astype(float)


def _columns(sums: Sums) -> Array:
    """Values that are summed over the clusters of a resample, shape (G, 5)."""
    e, n = residuals(sums), sums.sizes
    return np.stack([e, e**2, e * n, n, n**2], axis=1)


def _studentised(totals: Array) -> Array:
    """Absolute deviation of each resample from the data in its own CR0 errors, shape (rows,).

    A resample that deviates but has no spread counts as infinitely far away.

    Args:
        totals: sums of `_columns` over the clusters of each resample, shape (5, rows).
    """
    moved, squares, cross, items, sizes = totals
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

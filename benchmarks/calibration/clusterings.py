"""Clusters of unequal size: letters with one to eight questions, and a dozen very unequal ones."""

import numpy as np
from scipy import stats

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Sums
from analysis.stats.sign_flip.sign_flip import sign_flips
from benchmarks.calibration import naive
from benchmarks.calibration.rates import ALPHA, ANY, Rate, rate, seeded

SETS = 4000
ICC = 0.12
DOZEN = np.array([70, 50, 30, 20, 16, 12, 10, 8, 6, 4, 3, 2], dtype=float)
"""Satterthwaite degrees of freedom: 4.8."""
LETTERS = np.resize(np.arange(1.0, 9.0), 205)


def dozen() -> list[Rate]:
    """Item 2, 12 clusters."""
    return _rates(2, "12 very unequal clusters, no difference", DOZEN, (0.15, 1), (0.08, 1))


def letters() -> list[Rate]:
    """Item 2, MeDiSumQA's letters."""
    return _rates(12, "205 letters of 1 to 8 questions, no difference", LETTERS, (0.07, 1), ANY)


def simulate(rng: np.random.Generator, sizes: Array) -> tuple[Array, Array]:
    """Sums of normal differences with intra-cluster correlation, and sums of their squares.

    Returns:
        Shapes (sets, G) and (sets,).
    """
    clusters = np.sqrt(ICC) * rng.standard_normal((SETS, len(sizes)))
    codes = np.repeat(np.arange(len(sizes)), sizes.astype(int))
    items = np.sqrt(1 - ICC) * rng.standard_normal((SETS, len(codes))) + clusters[:, codes]
    starts = np.searchsorted(codes, np.arange(len(sizes)))
    return np.add.reduceat(items, starts, axis=1), (items**2).sum(axis=1)


def _rates(
    item: int, name: str, sizes: Array, t: tuple[float, float], inspect: tuple[float, float]
) -> list[Rate]:
    rng = seeded(item)
    sums, squares = simulate(rng, sizes)
    series = [Sums(row, sizes) for row in sums]
    made = [robust(one) for one in series]
    delta, cr0, cr1, p = (
        np.array([getattr(one, field) for one in made])
        for field in ("delta", "se_cr0", "se_cr1", "p")
    )
    n = int(sizes.sum())
    items = naive.t_test(delta, (squares - n * delta**2) / (n - 1), n)
    cr1_t = 2 * stats.t.sf(np.abs(delta) / cr1, len(sizes) - 1)
    flips = np.array([one.p for one in sign_flips(series, rng, flips=9_999)])
    return [
        rate(name, "CR2, Satterthwaite t", "rejects", p <= ALPHA, (0.040, 0.060)),
        rate(name, "sign flip of clusters", "rejects", flips <= ALPHA, (0.0, 0.060)),
        rate(name, "t on items", "rejects", items <= ALPHA, t),
        rate(name, "clustered z (CR0)", "rejects", naive.z_test(delta, cr0) <= ALPHA, inspect),
        rate(name, "clustered t (CR1), G - 1", "rejects", cr1_t <= ALPHA, inspect),
        rate(name, "percentile bootstrap", "rejects", naive.percentile(sums, sizes, rng), inspect),
    ]

"""Means whose items come in clusters, and their standard errors in closed form.

Clusters (patients, premises, letters) are the unit of independence, items within them are not. CR2
with Satterthwaite degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018) needs
no matrices for a mean: cluster g with share f_g of the items has leverage f_g. In balanced clusters
it is the t-test on cluster means.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

NAN = float("nan")
ROUNDING = 1e-12
"""What is smaller than this share of its terms is their rounding error, and counts as zero."""


class Interval(NamedTuple):
    """Two ends, in the unit of the score."""

    low: float
    high: float


@dataclass(frozen=True)
class Sums:
    """Differences of one pair in one score, summed within clusters."""

    sums: Array
    """Shape (G,), in the unit of the score."""
    sizes: Array
    """Items of each cluster, shape (G,)."""

    @property
    def n(self) -> int:
        """Items."""
        return int(self.sizes.sum())

    @property
    def n_clusters(self) -> int:
        """Clusters, G."""
        return len(self.sums)

    @property
    def delta(self) -> float:
        """Mean difference over items, tuned minus base."""
        return float(self.sums.sum() / self.sizes.sum())


@dataclass(frozen=True)
class Robust:
    """A mean difference with its cluster-robust errors, in the unit of the score."""

    delta: float
    """Tuned minus base."""
    n: int
    """Items."""
    n_clusters: int
    """G."""
    se_cr0: float
    """Miller 2024, equation for clustered standard errors; too small with few clusters."""
    se_cr1: float
    """With the factor G / (G - 1); nan with one cluster."""
    se_cr2: float
    """Unbiased if items are exchangeable; nan with one cluster, 0 if no cluster deviates."""
    df: float
    """Satterthwaite's of `se_cr2`: G - 1 if balanced, less otherwise; nan with one cluster."""
    max_share: float
    """Share of the items that the largest cluster holds."""

    @property
    def t(self) -> float:
        """Difference in standard errors; nan without error to measure it by."""
        return self.delta / self.se_cr2 if self.se_cr2 > 0 else NAN

    @property
    def p(self) -> float:
        """Two-sided p of "the difference is 0", t law; nan where `t` is."""
        return float(2 * stats.t.sf(abs(self.t), self.df))

    def interval(self, level: float = 0.95) -> Interval:
        """Two-sided t interval; nan with one cluster."""
        reach = float(stats.t.ppf((1 + level) / 2, self.df)) * self.se_cr2
        return Interval(self.delta - reach, self.delta + reach)


def task_sums(scores: Array, clusters: Sequence[Hashable] | NDArray[np.object_]) -> Sums:
    """The task score of a cell as sums within clusters, in points.

    A row is worth the mean of its metrics, each times n / n_k where the metric is defined for n_k
    of n rows only, so that the mean of all rows is the mean of the metrics' means.

    Args:
        scores: of k metrics, 0 to 1, shape (n, k); nan where undefined.
        clusters: of the rows, n of them.
    """
    known = ~np.isnan(scores)
    worth = (np.where(known, scores, 0.0) * len(scores) / known.sum(axis=0)).mean(axis=1)
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1]
    return Sums(np.bincount(codes, 100 * worth).astype(float), np.bincount(codes).astype(float))


def robust(sums: Sums) -> Robust:
    """Cluster-robust errors of the mean difference.

    Args:
        sums: of one series; at least one cluster.
    """
    count = sums.n_clusters
    share = sums.sizes / sums.n
    squares = (residuals(sums) / sums.n) ** 2
    cr0 = float(squares.sum())
    if count < 2:
        return Robust(sums.delta, sums.n, count, cr0**0.5, NAN, NAN, NAN, float(share.max()))
    leverage = share**2 / (1 - share)
    df = 1 / float((share**2).sum() + leverage.sum() ** 2 - (leverage**2).sum())
    return Robust(
        delta=sums.delta,
        n=sums.n,
        n_clusters=count,
        se_cr0=cr0**0.5,
        se_cr1=(cr0 * count / (count - 1)) ** 0.5,
        se_cr2=float((squares / (1 - share)).sum()) ** 0.5,
        df=df,
        max_share=float(share.max()),
    )


def residuals(sums: Sums) -> Array:
    """What each cluster sums to beyond its share of the difference, shape (G,)."""
    expected = sums.sizes * sums.delta
    residual = sums.sums - expected
    residual[np.abs(residual) <= ROUNDING * (np.abs(sums.sums) + np.abs(expected))] = 0.0
    return residual

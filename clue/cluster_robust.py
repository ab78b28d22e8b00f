"""Cluster-robust standard errors of a mean (CR0, CR1, CR2), in closed form.

Clusters (patients, premises, letters) are the unit of independence; items of one cluster are not
independent. CR2 with Satterthwaite degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and
Tipton 2018) needs no matrices for a mean: cluster g with share f_g of the items has leverage f_g.
In balanced clusters it equals the t-test on cluster means.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clue import student_t

Array = NDArray[np.float64]

NAN = float("nan")
ROUNDING = 1e-12
"""A residual below this share of its terms is their rounding error and counts as zero."""


class Interval(NamedTuple):
    """Lower and upper bound of an interval, in the unit of the score."""

    low: float
    high: float


@dataclass(frozen=True)
class Sums:
    """Differences of one pair in one score, summed within clusters."""

    sums: Array
    """Shape (G,), in the unit of the score."""
    sizes: Array
    """Number of items of each cluster, shape (G,). Fractions are parts of items; their total is a
    whole number up to rounding."""

    @property
    def n(self) -> int:
        """Number of items."""
        return round(float(self.sizes.sum()))

    @property
    def n_clusters(self) -> int:
        """Number of clusters, G."""
        return len(self.sums)

    @property
    def delta(self) -> float:
        """Mean difference over items, tuned minus base."""
        return float(self.sums.sum() / self.sizes.sum())


@dataclass(frozen=True)
class Robust:
    """Mean difference with its cluster-robust standard errors, in the unit of the score."""

    delta: float
    """Tuned minus base."""
    n: int
    """Number of items."""
    n_clusters: int
    """Number of clusters, G."""
    se_cr0: float
    """Miller 2024, equation for clustered standard errors; too small with few clusters."""
    se_cr1: float
    """With the factor G / (G - 1); nan with one cluster."""
    se_cr2: float
    """Unbiased if items are exchangeable; nan with one cluster, 0 if no cluster deviates."""
    df: float
    """Satterthwaite degrees of freedom of `se_cr2`: G - 1 if balanced, else fewer; nan with one
    cluster."""
    max_share: float
    """Share of the items in the largest cluster."""

    @property
    def t(self) -> float:
        """Difference divided by its CR2 standard error; nan if that is 0 or nan."""
        return self.delta / self.se_cr2 if self.se_cr2 > 0 else NAN

    @property
    def p(self) -> float:
        """Two-sided p of "the difference is 0", by the t distribution; nan where `t` is nan."""
        return 2 * student_t.upper_tail(abs(self.t), self.df)

    def interval(self, level: float = 0.95) -> Interval:
        """Returns the two-sided t interval; nan with one cluster."""
        half_width = student_t.quantile((1 + level) / 2, self.df) * self.se_cr2
        return Interval(self.delta - half_width, self.delta + half_width)


def mean_over_metrics(scores: Array, weights: Sequence[float]) -> Array:
    """Weighted mean of the metrics of each row, where some rows leave metrics undefined.

    A metric that is defined for n_k of n rows counts n / n_k times where it is defined and 0
    elsewhere, so that the mean over all rows is the weighted mean of the metrics' means.

    Args:
        scores: of k metrics, shape (n, k); nan where undefined.
        weights: of the metrics, k of them; they sum to 1.

    Returns:
        Shape (n,).

    >>> mean_over_metrics(np.array([[0.5, 1.0], [0.25, np.nan]]), [0.5, 0.5]).tolist()
    [1.25, 0.125]
    """
    means = np.zeros(len(scores))
    for metric, weight in zip(scores.T, weights, strict=True):
        defined = ~np.isnan(metric)
        means[defined] += weight * len(scores) / defined.sum() * metric[defined]
    return means


def task_sums(scores: Array, clusters: Sequence[Hashable] | NDArray[np.object_]) -> Sums:
    """Sums the task score of a cell within clusters, in points.

    The score of a row is the mean of its metrics, `mean_over_metrics` with equal weights.

    Args:
        scores: of k metrics, 0 to 1, shape (n, k); nan where undefined.
        clusters: of the rows, n of them.

    >>> sums = task_sums(np.array([[1.0], [0.0], [0.5]]), ["a", "a", "b"])
    >>> sums.sums.tolist(), sums.sizes.tolist(), sums.delta
    ([100.0, 50.0], [2.0, 1.0], 50.0)
    """
    row_scores = mean_over_metrics(scores, [1 / scores.shape[1]] * scores.shape[1])
    labels = np.unique(np.asarray(clusters), return_inverse=True)[1]
    return Sums(
        np.bincount(labels, 100 * row_scores).astype(float), np.bincount(labels).astype(float)
    )


def robust(sums: Sums) -> Robust:
    """Computes the cluster-robust standard errors of the mean difference.

    Args:
        sums: of at least one cluster.

    >>> estimate = robust(Sums(np.array([1.0, 2.0, 6.0]), np.array([1.0, 1.0, 1.0])))
    >>> estimate.delta, round(estimate.se_cr2, 3), round(estimate.df, 3), round(estimate.p, 3)
    (3.0, 1.528, 2.0, 0.188)
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
    """Returns each cluster's sum minus its size times the mean difference, shape (G,).

    >>> residuals(Sums(np.array([1.0, 2.0, 6.0]), np.array([1.0, 1.0, 1.0]))).tolist()
    [-2.0, -1.0, 3.0]
    """
    expected = sums.sizes * sums.delta
    residual = sums.sums - expected
    residual[np.abs(residual) <= ROUNDING * (np.abs(sums.sums) + np.abs(expected))] = 0.0
    return residual

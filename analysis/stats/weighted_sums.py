"""Weighted sums of estimates: levels, overall, contrasts; their error and degrees of freedom.

An aggregate is never sign-flipped: effects of opposite sign in two tasks would count as noise.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats
from scipy.sparse.csgraph import connected_components

from analysis.stats.paired import Array, Interval


class ClusterRobust(Protocol):
    """What is used of `analysis.stats.clusters.Robust`."""

    @property
    def delta(self) -> float:
        """Mean difference."""

    @property
    def se_cr2(self) -> float:
        """Its standard error."""

    @property
    def df(self) -> float:
        """Degrees of freedom of the standard error."""


@dataclass(frozen=True)
class Estimate:
    """A difference, its standard error, and the degrees of freedom of that error."""

    delta: float
    """Tuned minus base, in the unit of the score."""
    se: float
    df: float
    """inf: the standard error is taken as known, and the law is normal."""

    @classmethod
    def of(cls, part: "ClusterRobust | Estimate") -> "Estimate":
        """A series' cluster-robust result as a part of a sum."""
        return part if isinstance(part, Estimate) else cls(part.delta, part.se_cr2, part.df)

    def interval(self, level: float = 0.95) -> Interval:
        """Two-sided t interval."""
        reach = float(stats.t.ppf((1 + level) / 2, self.df)) * self.se
        return Interval(self.delta - reach, self.delta + reach)

    @property
    def p(self) -> float:
        """Two-sided p of "the difference is 0"; nan without error to measure it by."""
        if not self.se > 0:
            return float("nan")
        return float(2 * stats.t.sf(abs(self.delta) / self.se, self.df))


def combine(
    parts: Sequence[ClusterRobust | Estimate],
    weights: Sequence[float] | Array,
    joint: Array | None = None,
) -> Estimate:
    """Weighted sum of estimates with Welch-Satterthwaite degrees of freedom.

    Parts that share clusters do not bring independent information on the error. They form one
    block, whose degrees of freedom are those of its weakest part; that is exact where all parts of
    a block have the same clusters, and errs to the wide side elsewhere.

    Args:
        parts: the estimates, k of them.
        weights: shape (k,), used as given: contrasts are allowed.
        joint: covariance of the parts, shape (k, k), from `covariance`; None: independent.

    Returns:
        The sum; parts of weight 0 leave no trace in it.
    """
    made = [Estimate.of(part) for part in parts]
    weight = np.asarray(weights, dtype=float)
    used = np.flatnonzero(weight)
    w = weight[used]
    deltas, ses, dfs = (
        np.array([getattr(made[place], name) for place in used]) for name in ("delta", "se", "df")
    )
    error = np.diag(ses**2) if joint is None else joint[np.ix_(used, used)]
    _, blocks = connected_components(error != 0, directed=False)
    variances, freedom = [], []
    for block in range(int(blocks.max()) + 1):
        inside = blocks == block
        variances.append(float(w[inside] @ error[np.ix_(inside, inside)] @ w[inside]))
        freedom.append(float(dfs[inside].min()))
    return Estimate(
        float(w @ deltas),
        float(np.sqrt(sum(variances))),
        welch_satterthwaite(np.array(variances), np.array(freedom)),
    )


def welch_satterthwaite(variances: Array, dfs: Array) -> float:
    """Degrees of freedom of a sum of independent variance estimates (Welch 1947).

    Args:
        variances: what each contributes to the variance of the sum, shape (k,).
        dfs: of each, shape (k,).
    """
    total = variances.sum()
    if total == 0:
        return float(dfs.min())
    share = (variances / total) ** 2 / dfs
    return float("inf") if share.sum() == 0 else float(1 / share.sum())


def covariance(influences: Sequence[Array], clusters: Sequence[Sequence[Hashable]]) -> Array:
    """Joint error covariance of series that may share clusters.

    Shared items, a shared base run and shared patients are all inside: two series covary through
    the clusters whose names they have in common. Names must tell data sets apart.

    Args:
        influences: of each series, shape (G_j,), from `analysis.stats.clusters.influence`.
        clusters: names of the clusters of each series, in the same order.

    Returns:
        Shape (k, k); its diagonal is the CR2 variance of each series, and entries of series
        without a common cluster are exactly 0.
    """
    rows: dict[Hashable, int] = {}
    codes = [[rows.setdefault(name, len(rows)) for name in names] for names in clusters]
    stacked = np.zeros((len(rows), len(influences)))
    for column, (places, influence) in enumerate(zip(codes, influences, strict=True)):
        stacked[places, column] = influence
    return np.asarray(stacked.T @ stacked, dtype=float)

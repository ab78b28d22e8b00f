"""Weighted sums of estimates (levels, overall, contrasts), their errors and degrees of freedom.

An aggregate is never sign-flipped: effects of opposite sign in two tasks would count as noise.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from analysis.stats.paired import Array, Interval
from clue import student_t


class ClusterRobust(Protocol):
    """Attributes of `analysis.stats.clusters.Robust` that are used here."""

    @property
    def delta(self) -> float:
        """Mean difference."""

    @property
    def se_cr2(self) -> float:
        """Standard error of the mean difference."""

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
    """inf: the standard error is taken as known, and the distribution is normal."""

    @classmethod
    def of(cls, part: "ClusterRobust | Estimate") -> "Estimate":
        """Converts the cluster-robust result of a series to an estimate.

        >>> from analysis.stats.clusters import robust
        >>> from analysis.stats.paired import Sums
        >>> Estimate.of(robust(Sums(np.array([1.0, 2.0, 3.0]), np.ones(3)))).delta
        2.0
        """
        return part if isinstance(part, Estimate) else cls(part.delta, part.se_cr2, part.df)

    def interval(self, level: float = 0.95) -> Interval:
        """Two-sided t interval.

        >>> low, high = Estimate(delta=1.0, se=0.5, df=10.0).interval()
        >>> round(low, 3), round(high, 3)
        (-0.114, 2.114)
        """
        reach = student_t.quantile((1 + level) / 2, self.df) * self.se
        return Interval(self.delta - reach, self.delta + reach)

    @property
    def p(self) -> float:
        """Two-sided p of "the difference is 0"; nan without a standard error.

        >>> round(Estimate(delta=1.0, se=0.5, df=10.0).p, 4)
        0.0734
        """
        if not self.se > 0:
            return float("nan")
        return 2 * student_t.upper_tail(abs(self.delta) / self.se, self.df)


def combine(
    parts: Sequence[ClusterRobust | Estimate],
    weights: Sequence[float] | Array,
    joint: Array | None = None,
) -> Estimate:
    """Weighted sum of estimates with Welch-Satterthwaite degrees of freedom.

    Parts that share clusters do not bring independent information on the error. They form one
    block, which gets the degrees of freedom of its weakest part. That is exact if all parts of a
    block have the same clusters, and conservative otherwise.

    Args:
        parts: the estimates, k of them.
        weights: shape (k,), not normalised: contrasts are allowed.
        joint: covariance of the parts, shape (k, k), from `covariance`; None: independent.

    Returns:
        The sum; parts of weight 0 have no effect on it.

    >>> total = combine([Estimate(1.0, 0.3, 10.0), Estimate(3.0, 0.4, 10.0)], [0.5, 0.5])
    >>> total.delta, round(total.se, 6), round(total.df, 1)
    (2.0, 0.25, 18.5)
    """
    estimates = [Estimate.of(part) for part in parts]
    weight = np.asarray(weights, dtype=float)
    used = np.flatnonzero(weight)
    w = weight[used]
    deltas, ses, dfs = (
        np.array([getattr(estimates[index], name) for index in used])
        for name in ("delta", "se", "df")
    )
    error = np.diag(ses**2) if joint is None else joint[np.ix_(used, used)]
    variances, freedom = [], []
    for inside in _blocks(error != 0):
        variances.append(float(w[inside] @ error[np.ix_(inside, inside)] @ w[inside]))
        freedom.append(float(dfs[inside].min()))
    return Estimate(
        float(w @ deltas),
        float(np.sqrt(sum(variances))),
        welch_satterthwaite(np.array(variances), np.array(freedom)),
    )


def sums_p(deltas: Array, errors: Array, dfs: Array, weights: Array) -> Array:
    """Two-sided p of many weighted sums, each as the `p` of `combine`.

    A ranking of m models needs m (m - 1) / 2 of them, and most sums have the same blocks.

    Args:
        deltas: of the k parts of each sum, shape (n, k).
        errors: covariance of the parts of each sum, shape (n, k, k).
        dfs: degrees of freedom of the parts, shape (n, k).
        weights: of the parts in every sum, shape (k,); none is 0.

    Returns:
        Shape (n,); nan without a standard error.

    >>> p = sums_p(np.array([[1.0]]), np.array([[[0.25]]]), np.array([[10.0]]), np.array([1.0]))
    >>> p.round(4).tolist()
    [0.0734]
    """
    patterns, members = np.unique(errors != 0, axis=0, return_inverse=True)
    p = np.full(len(deltas), np.nan)
    for number, pattern in enumerate(patterns):
        chosen = np.flatnonzero(members.ravel() == number)
        variances, freedom = [], []
        for inside in _blocks(pattern):
            error = errors[np.ix_(chosen, inside, inside)]
            variances.append(np.einsum("i,nij,j->n", weights[inside], error, weights[inside]))
            freedom.append(dfs[np.ix_(chosen, inside)].min(axis=1))
        p[chosen] = _sum_p(deltas[chosen] @ weights, np.array(variances), np.array(freedom))
    return p


def _blocks(shares: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Indices of the parts of each block, where an entry says that two parts share clusters."""
    return _blocks_of(np.ascontiguousarray(shares).tobytes(), len(shares))


@lru_cache(maxsize=512)
def _blocks_of(shares: bytes, size: int) -> tuple[NDArray[np.intp], ...]:
    """The same for the bytes of the pattern: the sums of a study have few patterns."""
    pattern = np.frombuffer(shares, dtype=bool).reshape(size, size)
    number, block_of_part = connected_components(pattern, directed=False)
    return tuple(np.flatnonzero(block_of_part == block) for block in range(number))


def _sum_p(deltas: Array, variances: Array, dfs: Array) -> Array:
    """P of sums from the variances and the degrees of freedom of their blocks, (blocks, n)."""
    total = variances.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = 1 / ((variances / total) ** 2 / dfs).sum(axis=0)
        tails = student_t.upper_tails(np.abs(deltas) / np.sqrt(total), freedom)
    return np.where(total > 0, 2 * tails, np.nan)


def welch_satterthwaite(variances: Array, dfs: Array) -> float:
    """Degrees of freedom of a sum of independent variance estimates (Welch 1947).

    Args:
        variances: contribution of each to the variance of the sum, shape (k,).
        dfs: degrees of freedom of each, shape (k,).

    >>> welch_satterthwaite(np.array([1.0, 1.0]), np.array([10.0, 10.0]))
    20.0
    """
    total = variances.sum()
    if total == 0:
        return float(dfs.min())
    share = (variances / total) ** 2 / dfs
    return float("inf") if share.sum() == 0 else float(1 / share.sum())


def covariance(influences: Sequence[Array], clusters: Sequence[Sequence[Hashable]]) -> Array:
    """Joint error covariance of series that may share clusters.

    It accounts for shared items, a shared base run and shared patients: two series covary through
    the clusters whose names they have in common. Cluster names must be unique across data sets.

    Args:
        influences: of each series, shape (G_j,), from `analysis.stats.clusters.influence`.
        clusters: cluster names of each series, in the same order.

    Returns:
        Shape (k, k); its diagonal is the CR2 variance of each series, and entries of series
        without a common cluster are exactly 0.

    >>> one, other = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    >>> covariance([one, other], [["a", "b"], ["b", "c"]]).tolist()
    [[5.0, 20.0], [20.0, 500.0]]
    """
    rows: dict[Hashable, int] = {}
    codes = [[rows.setdefault(name, len(rows)) for name in names] for names in clusters]
    stacked = np.zeros((len(rows), len(influences)))
    for column, (indices, influence) in enumerate(zip(codes, influences, strict=True)):
        stacked[indices, column] = influence
    return np.asarray(stacked.T @ stacked, dtype=float)

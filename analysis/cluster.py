"""Standard errors of a mean difference whose items come in clusters, in closed form.

CR2 with Satterthwaite degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018)
needs no matrices for a mean: cluster g with share f_g of the items has leverage f_g. In balanced
clusters it is the t-test on cluster means.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.paired import Array, Interval, Paired, Sums

NAN = float("nan")
ROUNDING = 1e-12
"""What is smaller than this share of its terms is their rounding error, and counts as zero."""


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


def influence(sums: Sums) -> Array:
    """What each cluster moves the mean by; the sum of squares is the CR2 variance.

    Products with the influence of other series on the same clusters give covariances.

    Returns:
        Shape (G,); nan with one cluster.
    """
    share = sums.sizes / sums.n
    if sums.n_clusters < 2:
        return np.full(sums.n_clusters, NAN)
    return np.asarray(residuals(sums) / sums.n / np.sqrt(1 - share), dtype=float)


def icc(paired: Paired) -> float:
    """Intra-cluster correlation of the differences, one-way analysis of variance.

    Returns:
        At most 1, negative where clusters differ less than chance would have them; nan if all
        clusters have one item, if there is one cluster, or if all differences are equal.
    """
    sums, n, count = paired.sums, paired.sums.n, paired.sums.n_clusters
    if count < 2 or n == count:
        return NAN
    means = sums.sums / sums.sizes
    between = float((residuals(sums) ** 2 / sums.sizes).sum()) / (count - 1)
    within = float(((paired.differences - means[paired.codes]) ** 2).sum()) / (n - count)
    size = (n - float((sums.sizes**2).sum()) / n) / (count - 1)
    total = between + (size - 1) * within
    return (between - within) / total if total > 0 else NAN


def design_effect(paired: Paired) -> float:
    """CR2 variance over that of as many independent items: 1 if clusters have one item.

    Returns:
        nan if all differences are equal or there is one cluster.
    """
    n = paired.sums.n
    independent = float(paired.differences.var(ddof=1)) / n if n > 1 else 0.0
    return robust(paired.sums).se_cr2 ** 2 / independent if independent > 0 else NAN


def skewness(sums: Sums) -> float:
    """Skewness of the cluster means, as a moment ratio; nan if all of them are equal."""
    means = sums.sums / sums.sizes
    deviation = means - means.mean()
    scale = float(np.abs(means).max())
    if float(np.abs(deviation).max()) <= ROUNDING * scale:
        return NAN
    return float(stats.skew(deviation))

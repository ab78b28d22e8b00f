"""What clusters do to the differences of a pair: influence, correlation, design effect, skew."""

import numpy as np
from scipy import stats

from analysis.stats.paired import Array, Paired, Sums
from clue.cluster_robust import NAN, ROUNDING, Robust, residuals, robust

__all__ = [
    "NAN",
    "ROUNDING",
    "Robust",
    "design_effect",
    "icc",
    "influence",
    "residuals",
    "robust",
    "skewness",
]


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

"""Effects of clustering on paired differences: influence, ICC, design effect, skewness."""

import numpy as np

from analysis.stats.paired import Array, Paired, Sums
from clue.cluster_robust import NAN, ROUNDING, Robust, residuals, robust

__all__ = [
    "NAN",
    "ROUNDING",
    "Robust",
    "design_effect",
    "icc",
    "influence",
    "mean_of_clusters",
    "residuals",
    "robust",
    "skewness",
]


def influence(sums: Sums) -> Array:
    """Returns the influence of each cluster on the mean; the squares sum to the CR2 variance.

    Products with the influences of another series on the same clusters give the covariance.

    Returns:
        Shape (G,); nan with one cluster.

    >>> sums = Sums(np.array([1.0, 0.0, 2.0]), np.array([2.0, 1.0, 2.0]))
    >>> influence(sums).round(3).tolist()
    [-0.052, -0.134, 0.207]
    >>> bool(np.isclose((influence(sums) ** 2).sum(), robust(sums).se_cr2 ** 2))
    True
    """
    share = sums.sizes / sums.n
    if sums.n_clusters < 2:
        return np.full(sums.n_clusters, NAN)
    return np.asarray(residuals(sums) / sums.n / np.sqrt(1 - share), dtype=float)


def mean_of_clusters(sums: Sums) -> Robust:
    """Mean over clusters of their means: each cluster counts as one, whatever its size.

    Returns:
        Its t-test on cluster means, with G - 1 degrees of freedom.

    >>> estimate = mean_of_clusters(Sums(np.array([3.0, 1.0, -1.0, 1.0]), np.arange(4.0, 0.0, -1)))
    >>> round(estimate.delta, 5), round(estimate.t, 4), round(estimate.p, 4), round(estimate.df, 1)
    (0.39583, 1.2041, 0.3149, 3.0)
    """
    return robust(Sums(sums.sums / sums.sizes, np.ones(sums.n_clusters)))


def icc(paired: Paired) -> float:
    """Intra-cluster correlation of the differences, by one-way analysis of variance.

    Returns:
        At most 1; negative if clusters differ less than expected by chance. nan if all clusters
        have one item, if there is one cluster, or if all differences are equal.

    >>> icc(Paired.of([*"abcd"], [*"xxyy"], [0, 0, 0, 0], [1, 1, 0, 0]))
    1.0
    >>> icc(Paired.of([*"abcd"], [*"xxyy"], [0, 0, 0, 0], [1, 0, 1, 0]))
    -1.0
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
    """CR2 variance divided by the variance of as many independent items.

    Returns:
        1 if all clusters have one item; nan if all differences are equal or there is one cluster.

    >>> round(design_effect(Paired.of([*"abcd"], [*"wxyz"], [0, 0, 0, 0], [1, 1, 0, 0])), 6)
    1.0
    >>> round(design_effect(Paired.of([*"abcd"], [*"xxyy"], [0, 0, 0, 0], [1, 1, 0, 0])), 6)
    3.0
    """
    n = paired.sums.n
    independent = float(paired.differences.var(ddof=1)) / n if n > 1 else 0.0
    return robust(paired.sums).se_cr2 ** 2 / independent if independent > 0 else NAN


def skewness(sums: Sums) -> float:
    """Skewness of the cluster means, as a moment ratio; nan if all means are equal.

    >>> round(skewness(Sums(np.array([0.0, 0.0, 0.0, 0.0, 5.0]), np.ones(5))), 6)
    1.5
    """
    means = sums.sums / sums.sizes
    deviation = means - means.mean()
    scale = float(np.abs(means).max())
    if float(np.abs(deviation).max()) <= ROUNDING * scale:
        return NAN
    centred = deviation - deviation.mean()
    second, third = (centred**2).mean(), (centred**2 * centred).mean()
    return float(third / second**1.5)

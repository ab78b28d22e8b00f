"""Error covariance of many estimates that rests on few clusters."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from analysis.stats.paired import Array

LEAST_DF = 3.0
"""Degrees of freedom below this count as this many: the variance of t is infinite at 2."""


def few_clusters_covariance(covariance: Array, dfs: Sequence[float] | Array) -> Array:
    """Covariance for models that take it as known, although it was estimated from few clusters.

    Twelve estimates from 20 patients have 66 correlations with a standard error of .2 each; taken
    as known, some combination of them looks far more precise than it is. So correlations are
    shrunken towards 0 as far as chance explains them, in each set of estimates that share clusters
    (Schäfer and Strimmer 2005, target D, with the large-sample variance of a correlation).
    Variances become those of the t distribution, df / (df - 2) times as large.

    Args:
        covariance: of k estimates, shape (k, k), positive on the diagonal.
        dfs: degrees of freedom of each standard error, shape (k,).

    Returns:
        Shape (k, k); with many degrees of freedom nearly the same as `covariance`.

    >>> few_clusters_covariance(np.array([[1.0, 0.6], [0.6, 1.0]]), [19, 19]).round(3).tolist()
    [[1.118, 0.63], [0.63, 1.118]]
    """
    freedom = np.maximum(np.asarray(dfs, dtype=float), LEAST_DF)
    errors = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(errors, errors)
    _, blocks = connected_components(covariance != 0, directed=False)
    for block in range(int(blocks.max()) + 1):
        inside = np.ix_(blocks == block, blocks == block)
        correlations[inside] *= 1 - _chance(correlations[inside], freedom[blocks == block])
    np.fill_diagonal(correlations, 1.0)
    widened = errors * np.sqrt(freedom / (freedom - 2))
    return np.asarray(correlations * np.outer(widened, widened))


def _chance(correlations: Array, freedom: Array) -> float:
    """Share of the squared correlations that chance explains, 0 to 1."""
    above = np.triu_indices(len(correlations), 1)
    fewer = np.minimum.outer(freedom, freedom)[above]
    variance = float(((1 - correlations[above] ** 2) ** 2 / fewer).sum())
    squares = float((correlations[above] ** 2).sum())
    return min(1.0, variance / squares) if squares > 0 else 0.0

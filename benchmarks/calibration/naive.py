"""Usual methods, for comparison; vectorised over data sets, so written out here."""

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from analysis.stats.paired import Array


def t_test(mean: Array, variance: Array, n: int) -> Array:
    """p-values of the paired t-test from mean and variance of n differences, shape (sets,)."""
    return np.asarray(2 * stats.t.sf(np.abs(mean) / np.sqrt(variance / n), n - 1))


def z_test(delta: Array, se: Array) -> Array:
    """Two-sided p-values of a normal law, shape (sets,)."""
    return np.asarray(2 * stats.norm.sf(np.abs(delta) / se))


def sign_test(differences: Array) -> Array:
    """Two-sided p-values of the sign test, zeros left out, shape (sets,).

    Args:
        differences: shape (sets, n).
    """
    better, worse = (differences > 0).sum(axis=1), (differences < 0).sum(axis=1)
    tail = stats.binom.cdf(np.minimum(better, worse), better + worse, 0.5)
    return np.asarray(np.minimum(1.0, 2 * tail))


def percentile(sums: Array, sizes: Array, rng: np.random.Generator, draws: int = 999) -> Array:
    """Whether the percentile interval of a cluster bootstrap excludes 0, shape (sets,).

    Args:
        sums: cluster sums, shape (sets, G).
        sizes: of the clusters, shape (G,).
        rng: of the resamples, the same for all data sets.
        draws: resamples.
    """
    times = rng.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=draws)
    means = (sums @ times.T) / (times @ sizes)
    low, high = np.quantile(means, [0.025, 0.975], axis=1)
    return np.asarray((low > 0) | (high < 0))


def deming(x: Array, y: Array, of_x: Array, of_y: Array) -> float:
    """Slope that minimises distances weighted by the errors alone (Deming 1943; York 1966).

    It takes all scatter around the line as error.

    Args:
        x: estimates, shape (k,).
        y: estimates, shape (k,).
        of_x: variances of the errors of x, shape (k,).
        of_y: variances of the errors of y, shape (k,).
    """

    def distances(angle: float) -> float:
        weights = 1 / (of_y + np.tan(angle) ** 2 * of_x)
        residuals = y - np.tan(angle) * x
        mean = float(weights @ residuals / weights.sum())
        return float(weights @ (residuals - mean) ** 2)

    angles = np.linspace(-1.55, 1.55, 63)
    best = int(np.argmin([distances(angle) for angle in angles]))
    bounds = (angles[max(best - 1, 0)], angles[min(best + 1, len(angles) - 1)])
    return float(np.tan(minimize_scalar(distances, bounds=bounds, method="bounded").x))

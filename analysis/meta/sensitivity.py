"""Analyses for comparison: mean of exactly these pairs, of family means, without one family."""

from collections.abc import Sequence

import numpy as np

from analysis.meta.factors import Factors
from analysis.meta.gls import as_covariance, intercept
from analysis.meta.random_effects import fit_reml
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate, combine


def fixed_set(y: Array, sampling: Array, dfs: Array | None = None) -> Estimate:
    """Mean of exactly these effects: the average change of these models.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        dfs: degrees of freedom of each variance, shape (k,); None: the variances are exact.
    """
    joint = as_covariance(sampling)
    k = len(joint)
    degrees = np.full(k, np.inf) if dfs is None else dfs
    ses = np.sqrt(np.diag(joint))
    parts = [Estimate(*map(float, part)) for part in zip(y, ses, degrees, strict=True)]
    return combine(parts, np.full(k, 1 / k), joint)


def family_mean(y: Array, sampling: Array, families: Sequence[str]) -> Estimate:
    """Mean of the plain family means, with a t interval over families.

    Families covary, since all pairs answer the same items. The spread of their means does not show
    what they have in common, so the mean known covariance of two families is added to the variance.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: family of each estimate, shape (k,).
    """
    groups = Factors.of(len(y), families).families
    of_family = np.eye(groups.max() + 1)[groups] / np.bincount(groups)[groups][:, None]
    means, joint = of_family.T @ y, of_family.T @ as_covariance(sampling) @ of_family
    n = len(means)
    if n == 1:
        return Estimate(float(means[0]), float("nan"), 0.0)
    in_common = float(joint.sum() - np.trace(joint)) / (n * (n - 1))
    variance = float(means.var(ddof=1)) / n + max(in_common, 0.0)
    return Estimate(float(means.mean()), float(np.sqrt(variance)), float(n - 1))


def leave_one_family_out(y: Array, sampling: Array, families: Sequence[str]) -> dict[str, float]:
    """Mean by `random_effects` without each family in turn; sorted by family.

    Gives means only: without a family an interval might be refused.
    """
    estimates, joint = np.asarray(y, dtype=float), as_covariance(sampling)
    labels, k = np.asarray(families), len(estimates)
    start = fit_reml(estimates, intercept(k), joint, Factors.of(k, families)).tau2
    means: dict[str, float] = {}
    for family in sorted(set(families)):
        others = labels != family
        if others.any():
            k = int(others.sum())
            within = joint[np.ix_(others, others)]
            factors = Factors.of(k, labels[others].tolist())
            fit = fit_reml(estimates[others], intercept(k), within, factors, start)
            means[str(family)] = float(fit.gls.beta[0])
    return means


def off_diagonal_share(sampling: Array) -> float:
    """Share of the covariances of the estimates in the variance of the plain mean."""
    joint = as_covariance(sampling)
    return float(1 - np.trace(joint) / joint.sum())

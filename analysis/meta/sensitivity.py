"""Analyses for comparison: mean of exactly these pairs, of family means, without one family."""

from collections.abc import Sequence

import numpy as np

from analysis.meta.gls import as_covariance, intercept
from analysis.meta.random_effects import family_codes, fit_reml
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


def family_mean(y: Array, families: Sequence[str]) -> Estimate:
    """Mean of the plain family means, with a t interval over families."""
    groups = family_codes(families, len(y))
    means = np.bincount(groups, weights=y) / np.bincount(groups)
    df = len(means) - 1
    se = float(means.std(ddof=1) / np.sqrt(len(means))) if df else float("nan")
    return Estimate(float(means.mean()), se, float(df))


def leave_one_family_out(y: Array, sampling: Array, families: Sequence[str]) -> dict[str, float]:
    """Mean by `random_effects` without each family in turn; sorted by family.

    Gives means only: without a family an interval might be refused.
    """
    estimates, joint = np.asarray(y, dtype=float), as_covariance(sampling)
    labels, k = np.asarray(families), len(estimates)
    start = fit_reml(estimates, intercept(k), joint, family_codes(families, k)).tau2
    means: dict[str, float] = {}
    for family in sorted(set(families)):
        others = labels != family
        if others.any():
            k = int(others.sum())
            within = joint[np.ix_(others, others)]
            groups = family_codes(labels[others], k)
            fit = fit_reml(estimates[others], intercept(k), within, groups, start)
            means[str(family)] = float(fit.gls.beta[0])
    return means


def off_diagonal_share(sampling: Array) -> float:
    """Share of the covariances of the estimates in the variance of the plain mean."""
    joint = as_covariance(sampling)
    return float(1 - np.trace(joint) / joint.sum())

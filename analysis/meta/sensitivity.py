"""What stands beside the headline: the mean of these pairs, of families, without each family."""

from collections.abc import Sequence

import numpy as np

from analysis.meta.gls import full, intercept
from analysis.meta.random_effects import at_reml, codes
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate, combine


def fixed_set(y: Array, sampling: Array, dfs: Array | None = None) -> Estimate:
    """Mean of exactly these effects: did these models, on average, change?

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        dfs: degrees of freedom of each variance, shape (k,); None: the variances are known.
    """
    joint = full(sampling)
    k = len(joint)
    freedom = np.full(k, np.inf) if dfs is None else dfs
    ses = np.sqrt(np.diag(joint))
    parts = [Estimate(*map(float, part)) for part in zip(y, ses, freedom, strict=True)]
    return combine(parts, np.full(k, 1 / k), joint)


def family_mean(y: Array, families: Sequence[str]) -> Estimate:
    """Mean of the families' plain means, t over families."""
    groups = codes(families, len(y))
    means = np.bincount(groups, weights=y) / np.bincount(groups)
    df = len(means) - 1
    se = float(means.std(ddof=1) / np.sqrt(len(means))) if df else float("nan")
    return Estimate(float(means.mean()), se, float(df))


def leave_one_family_out(y: Array, sampling: Array, families: Sequence[str]) -> dict[str, float]:
    """The headline's mean without each family in turn, by family, sorted.

    The means only: with a family less an interval could be refused.
    """
    estimates, joint, labels = np.asarray(y, dtype=float), full(sampling), np.asarray(families)
    k = len(estimates)
    whole = at_reml(estimates, intercept(k), joint, codes(families, k)).tau2
    left: dict[str, float] = {}
    for family in sorted(set(families)):
        kept = labels != family
        if kept.any():
            k = int(kept.sum())
            within = joint[np.ix_(kept, kept)]
            groups = codes(labels[kept], k)
            fit = at_reml(estimates[kept], intercept(k), within, groups, whole)
            left[str(family)] = float(fit.gls.beta[0])
    return left


def off_diagonal_share(sampling: Array) -> float:
    """Share of the variance of the plain mean that covariances of the estimates make up."""
    joint = full(sampling)
    return float(1 - np.trace(joint) / joint.sum())

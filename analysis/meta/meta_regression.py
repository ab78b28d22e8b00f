"""Meta-regression on a property of pairs; exploratory, because few pairs inform it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.meta.cr2 import cr2
from analysis.meta.factors import Factors
from analysis.meta.gls import as_covariance
from analysis.meta.random_effects import (
    MIN_FAMILIES,
    enough_df,
    fit_reml,
    positive_definite,
    too_few_df,
    too_few_families,
)
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate


@dataclass(frozen=True)
class MetaRegression:
    """Slope of the effects on a property of pairs, or the reason for its refusal."""

    slope: Estimate | None = None
    """Change of the effect per unit of the property; CR2 by family, Satterthwaite t."""
    refused: str | None = None
    """Reason why there is no slope."""


def meta_regression(
    y: Array, sampling: Array, families: Sequence[str] | None, x: Sequence[float] | Array
) -> MetaRegression:
    """Regresses effects on one property; variance components and error as in `random_effects`.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: family of each estimate, shape (k,).
        x: the property, shape (k,). With 0 and 1 for two kinds the slope is their difference.

    Returns:
        Refused if `random_effects` would refuse, and if only one family has another value of the
        property than the rest: its own deviation could not be distinguished from the slope.
    """
    estimates, joint = np.asarray(y, dtype=float), as_covariance(sampling)
    factors = Factors.of(len(y), families)
    groups = factors.groups
    values = np.asarray(x, dtype=float)
    n_families = len(np.unique(groups))
    if n_families < MIN_FAMILIES:
        return MetaRegression(refused=too_few_families(n_families))
    if any(np.ptp(values[groups != family]) == 0 for family in np.unique(groups)):
        return MetaRegression(refused="one family alone carries the difference")
    if not positive_definite(joint):
        return MetaRegression(refused="the error covariance is singular")
    design = np.column_stack([np.ones(len(values)), values])
    fit = fit_reml(estimates, design, joint, factors)
    robust = cr2(fit.gls, groups, np.array([0.0, 1.0]))
    if not enough_df(robust.df):
        return MetaRegression(refused=too_few_df(robust.df))
    return MetaRegression(Estimate(float(fit.gls.beta[1]), robust.se, robust.df))

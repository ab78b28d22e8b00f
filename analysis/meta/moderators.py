"""Whether effects differ between kinds of pairs; exploratory, since few pairs carry it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.meta.cr2 import cr2
from analysis.meta.gls import full
from analysis.meta.random_effects import (
    MIN_FAMILIES,
    at_reml,
    codes,
    enough,
    few,
    positive_definite,
    weak,
)
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate


@dataclass(frozen=True)
class Moderation:
    """The slope of effects on a property of pairs, or the reason why none is given."""

    slope: Estimate | None = None
    """Change of the effect per unit of the property; CR2 by family, Satterthwaite t."""
    refused: str | None = None


def moderator(
    y: Array, sampling: Array, families: Sequence[str] | None, x: Sequence[float] | Array
) -> Moderation:
    """Meta-regression on one property, with the headline's components and robust error.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: of each estimate, shape (k,).
        x: the property, shape (k,); 0 and 1 for two kinds, then the slope is their difference.

    Returns:
        Refused where the headline would be, and where pairs differ in the property within or
        because of one family only: its own deviation could not be told from the slope.
    """
    estimates, joint, groups = np.asarray(y, dtype=float), full(sampling), codes(families, len(y))
    values = np.asarray(x, dtype=float)
    n_families = len(np.unique(groups))
    if n_families < MIN_FAMILIES:
        return Moderation(refused=few(n_families))
    if any(np.ptp(values[groups != family]) == 0 for family in np.unique(groups)):
        return Moderation(refused="one family alone carries the difference")
    if not positive_definite(joint):
        return Moderation(refused="the error covariance is singular")
    design = np.column_stack([np.ones(len(values)), values])
    fit = at_reml(estimates, design, joint, groups)
    robust = cr2(fit.gls, groups, np.array([0.0, 1.0]))
    if not enough(robust.df):
        return Moderation(refused=weak(robust.df))
    return Moderation(Estimate(float(fit.gls.beta[1]), robust.se, robust.df))

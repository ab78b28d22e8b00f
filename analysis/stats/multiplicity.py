"""What many tests at once allow to say: adjusted p-values, and how many effects are real.

A hypothesis that could not be tested has p = nan. It stays nan and still counts in the size of its
family, as if its p were 1: a declared family does not shrink by what turned out untestable.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.paired import Array

Combine = Literal["bonferroni", "fisher"]
"""How the p-values of a partial conjunction are combined: `bonferroni` is valid under any
dependence, `fisher` for independent tests only (tasks that share no patient)."""


def holm(p: Sequence[float] | Array) -> Array:
    """Step-down adjusted p-values, family-wise error under any dependence (Holm 1979).

    They are the Bonferroni partial conjunctions, each at the place of its p-value.

    Args:
        p: p-values of one family, shape (n,); nan where untestable.

    Returns:
        Shape (n,), at most 1, nan where `p` is.
    """
    counted = _counted(p)
    adjusted = np.empty_like(counted)
    adjusted[np.argsort(counted)] = partial_conjunction(counted)
    return _untestable(p, adjusted)


def benjamini_hochberg(p: Sequence[float] | Array) -> Array:
    """Adjusted p-values (q), false discovery rate (Benjamini and Hochberg 1995).

    Args:
        p: p-values of one family, shape (n,); nan where untestable.

    Returns:
        Shape (n,), at most 1, nan where `p` is.
    """
    return _untestable(p, np.asarray(stats.false_discovery_control(_counted(p))))


def partial_conjunction(p: Sequence[float] | Array, combine: Combine = "bonferroni") -> Array:
    """p-values of "at least u of the n effects are real", u = 1 to n.

    Made monotone in u, so that the claims for smaller u hold with those for larger (Benjamini and
    Heller 2008; Dror et al. 2017, section 4).

    Args:
        p: p-values of one direction, shape (n,); nan where untestable.
        combine: `fisher` needs independent tests.

    Returns:
        Shape (n,), ascending, at most 1.
    """
    ordered = np.sort(_counted(p))
    left = np.arange(len(ordered), 0, -1)
    """The u-th claim combines the n - u + 1 largest p-values."""
    if combine == "bonferroni":
        raw: Array = left * ordered
    else:
        with np.errstate(divide="ignore"):
            statistic = -2 * np.cumsum(np.log(ordered[::-1]))[::-1]
        raw = np.asarray(stats.chi2.sf(statistic, 2 * left))
    return np.minimum(np.maximum.accumulate(raw), 1.0)


def replicable(
    p: Sequence[float] | Array, alpha: float = 0.05, combine: Combine = "bonferroni"
) -> int:
    """Lower bound of the number of real effects, with confidence 1 - alpha: k-hat.

    With `bonferroni` it is the number of hypotheses that Holm's procedure rejects.
    """
    return int((partial_conjunction(p, combine) <= alpha).sum())


def _untestable(p: Sequence[float] | Array, adjusted: Array) -> Array:
    return np.where(np.isnan(np.asarray(p, dtype=float)), np.nan, adjusted)


def _counted(p: Sequence[float] | Array) -> Array:
    given = np.asarray(p, dtype=float)
    return np.where(np.isnan(given), 1.0, given)

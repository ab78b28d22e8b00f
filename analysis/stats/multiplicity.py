"""Multiplicity: adjusted p-values, and a lower bound of the number of real effects.

A hypothesis that could not be tested has p = nan. It stays nan and still counts in the size of its
family, as if its p were 1: a declared family does not shrink when some of it proves untestable.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.paired import Array

Combine = Literal["bonferroni", "fisher"]
"""Method that combines the p-values of a partial conjunction: `bonferroni` is valid under any
dependence, `fisher` for independent tests only (tasks that share no patient)."""


def holm(p: Sequence[float] | Array) -> Array:
    """Step-down adjusted p-values; controls family-wise error under any dependence (Holm 1979).

    They are the Bonferroni partial conjunctions, in the order of the p-values.

    Args:
        p: p-values of one family, shape (n,); nan if untestable.

    Returns:
        Shape (n,), at most 1, nan where `p` is nan.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    filled = _nan_as_one(p)
    adjusted = np.empty_like(filled)
    adjusted[np.argsort(filled)] = partial_conjunction(filled)
    return _restore_nan(p, adjusted)


def benjamini_hochberg(p: Sequence[float] | Array) -> Array:
    """Adjusted p-values (q); controls the false discovery rate (Benjamini and Hochberg 1995).

    Args:
        p: p-values of one family, shape (n,); nan if untestable.

    Returns:
        Shape (n,), at most 1, nan where `p` is nan.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    return _restore_nan(p, np.asarray(stats.false_discovery_control(_nan_as_one(p))))


def partial_conjunction(p: Sequence[float] | Array, combine: Combine = "bonferroni") -> Array:
    """p-values of "at least u of the n effects are real", u = 1 to n.

    They are made monotone in u, so that a claim for a larger u implies those for smaller u
    (Benjamini and Heller 2008; Dror et al. 2017, section 4).

    Args:
        p: p-values of one direction, shape (n,); nan if untestable.
        combine: `fisher` needs independent tests.

    Returns:
        Shape (n,), ascending, at most 1.

    >>> partial_conjunction([0.001, 0.02, 0.3]).round(3).tolist()
    [0.003, 0.04, 0.3]
    """
    ordered = np.sort(_nan_as_one(p))
    combined = np.arange(len(ordered), 0, -1)
    """The u-th claim combines the n - u + 1 largest p-values."""
    if combine == "bonferroni":
        raw: Array = combined * ordered
    else:
        with np.errstate(divide="ignore"):
            statistic = -2 * np.cumsum(np.log(ordered[::-1]))[::-1]
        raw = np.asarray(stats.chi2.sf(statistic, 2 * combined))
    return np.minimum(np.maximum.accumulate(raw), 1.0)


def replicable(
    p: Sequence[float] | Array, alpha: float = 0.05, combine: Combine = "bonferroni"
) -> int:
    """Lower bound of the number of real effects, with confidence 1 - alpha (k-hat).

    With `bonferroni` it is the number of hypotheses that Holm's procedure rejects.

    >>> replicable([0.001, 0.02, 0.3])
    2
    """
    return int((partial_conjunction(p, combine) <= alpha).sum())


def _nan_as_one(p: Sequence[float] | Array) -> Array:
    values = np.asarray(p, dtype=float)
    return np.where(np.isnan(values), 1.0, values)


def _restore_nan(p: Sequence[float] | Array, adjusted: Array) -> Array:
    return np.where(np.isnan(np.asarray(p, dtype=float)), np.nan, adjusted)

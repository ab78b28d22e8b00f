"""Tests of practical equivalence against a margin that is declared beforehand."""

from typing import NamedTuple

import numpy as np

from analysis.stats.clusters import NAN, Robust
from analysis.stats.paired import Array
from clue import student_t


class Rope(NamedTuple):
    """Posterior probabilities of the region of practical equivalence; their sum is 1."""

    below: float
    """A decline larger than the margin."""
    within: float
    above: float
    """A gain larger than the margin."""


def tost(robust: Robust, margin: float) -> float:
    """p-value of the two one-sided t-tests for equivalence (TOST, Schuirmann 1987).

    The p-value is at most alpha exactly if the 1 - 2 alpha interval lies inside the margins.

    Args:
        robust: result of the series.
        margin: positive, in the unit of the score.

    Returns:
        The larger of the two p-values; nan without a standard error.

    >>> from analysis.stats.clusters import robust
    >>> from analysis.stats.paired import Sums
    >>> import numpy as np
    >>> series = robust(Sums(np.array([0.0, 0.1, -0.1, 0.1, 0.0, -0.1]), np.ones(6)))
    >>> round(tost(series, margin=0.1), 4)
    0.0204
    """
    se = robust.se_cr2
    if not se > 0:
        return NAN
    return float(tost_curve(robust.delta, se, robust.df, np.array([margin]))[0])


def tost_curve(delta: float, se: float, df: float, margins: Array) -> Array:
    """p-values of the two one-sided t-tests for equivalence at several margins.

    Args:
        delta: the difference.
        se: its standard error, positive.
        df: degrees of freedom of the error.
        margins: positive, shape (k,).

    Returns:
        Shape (k,); it falls with the margin.

    >>> tost_curve(-1.0, 0.5, 20.0, np.array([1.0, 2.0, 3.0])).round(4).tolist()
    [0.5, 0.0296, 0.0004]
    """
    worse = student_t.upper_tails((delta + margins) / se, df)
    better = student_t.lower_tails((delta - margins) / se, df)
    return np.asarray(np.maximum(worse, better))


def smallest_margin(robust: Robust, alpha: float = 0.05) -> float:
    """Smallest margin at which equivalence would be declared (m*); nan with one cluster.

    >>> from analysis.stats.clusters import robust
    >>> from analysis.stats.paired import Sums
    >>> import numpy as np
    >>> series = robust(Sums(np.array([0.0, 0.1, -0.1, 0.1, 0.0, -0.1]), np.ones(6)))
    >>> round(smallest_margin(series), 4)
    0.0736
    """
    return float(max(abs(limit) for limit in robust.interval(1 - 2 * alpha)))


def rope(robust: Robust, margin: float) -> Rope:
    """Posterior of the difference under a flat prior: a t distribution with the CR2 error.

    Args:
        robust: result of the series.
        margin: positive, in the unit of the score.

    Returns:
        nan without a standard error.

    >>> from analysis.stats.clusters import robust
    >>> from analysis.stats.paired import Sums
    >>> import numpy as np
    >>> series = robust(Sums(np.array([0.0, 0.1, -0.1, 0.1, 0.0, -0.1]), np.ones(6)))
    >>> [round(probability, 3) for probability in rope(series, margin=0.1)]
    [0.02, 0.959, 0.02]
    """
    se = robust.se_cr2
    if not se > 0:
        return Rope(NAN, NAN, NAN)
    below = student_t.lower_tail((-margin - robust.delta) / se, robust.df)
    above = student_t.upper_tail((margin - robust.delta) / se, robust.df)
    return Rope(below, float(1 - below - above), above)


def noninferiority(robust: Robust, margin: float) -> float:
    """p-value of the one-sided t-test that excludes a decline larger than the margin.

    Args:
        robust: result of the series.
        margin: positive, in the unit of the score.

    Returns:
        nan without a standard error.

    >>> from analysis.stats.clusters import robust
    >>> from analysis.stats.paired import Sums
    >>> import numpy as np
    >>> series = robust(Sums(np.array([0.0, 0.1, -0.1, 0.1, 0.0, -0.1]), np.ones(6)))
    >>> [round(noninferiority(series, margin), 4) for margin in (0.1, 0.05)]
    [0.0204, 0.1146]
    """
    se = robust.se_cr2
    if not se > 0:
        return NAN
    return student_t.upper_tail((robust.delta + margin) / se, robust.df)

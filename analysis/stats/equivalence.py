"""Whether a difference is small enough not to matter, against a margin declared beforehand."""

from typing import NamedTuple

from scipy import stats

from analysis.stats.clusters import NAN, Robust


class Rope(NamedTuple):
    """Posterior probabilities of the region of practical equivalence; their sum is 1."""

    below: float
    """A decline larger than the margin."""
    within: float
    above: float
    """A gain larger than the margin."""


def tost(robust: Robust, margin: float) -> float:
    """Two one-sided t-tests of "the difference reaches the margin" (Schuirmann 1987).

    At most alpha exactly where the 1 - 2 alpha interval lies inside the margins.

    Args:
        robust: the series.
        margin: positive, in the unit of the score.

    Returns:
        The larger p; nan without a standard error.
    """
    se = robust.se_cr2
    if not se > 0:
        return NAN
    worse = stats.t.sf((robust.delta + margin) / se, robust.df)
    better = stats.t.cdf((robust.delta - margin) / se, robust.df)
    return float(max(worse, better))


def smallest_margin(robust: Robust, alpha: float = 0.05) -> float:
    """m*: the smallest margin at which equivalence would be declared; nan with one cluster."""
    return float(max(abs(end) for end in robust.interval(1 - 2 * alpha)))


def rope(robust: Robust, margin: float) -> Rope:
    """Posterior of the difference under a flat prior: a t law with the CR2 error.

    Args:
        robust: the series.
        margin: positive, in the unit of the score.

    Returns:
        nan without a standard error.
    """
    se = robust.se_cr2
    if not se > 0:
        return Rope(NAN, NAN, NAN)
    below = float(stats.t.cdf((-margin - robust.delta) / se, robust.df))
    above = float(stats.t.sf((margin - robust.delta) / se, robust.df))
    return Rope(below, float(1 - below - above), above)


def noninferior(robust: Robust, margin: float, alpha: float = 0.05) -> bool:
    """Whether a decline larger than the margin is excluded, one-sided; False with one cluster."""
    return robust.interval(1 - 2 * alpha).low > -margin

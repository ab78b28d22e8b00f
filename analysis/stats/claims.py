"""Claims about a comparison: p-values adjusted for multiplicity, and the intervals behind them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Array, Interval
from analysis.stats.weighted_sums import Estimate


class AdjustedP(NamedTuple):
    """p-values of a comparison, each adjusted in its family; None = not tested."""

    difference: float | None
    """Of the primary test."""
    equivalence: float | None = None
    """Of `Comparison.tost_p`."""
    noninferiority: float | None = None
    """Of `Comparison.noninferior_p`."""

    @classmethod
    def of(cls, comparison: Comparison) -> "AdjustedP":
        """The p-values of a comparison that is the only one: they need no adjustment."""
        return cls(comparison.p, comparison.tost_p, comparison.noninferior_p)


def adjust_family(
    raw: Sequence[AdjustedP], size: int, adjust: Callable[[Sequence[float]], Array] = holm
) -> list[AdjustedP]:
    """Adjusts the p-values of a family, each kind of claim by itself.

    Args:
        raw: p-values of the family's tests that were run.
        size: number of tests of the family; those that were not run count as if p were 1.
        adjust: a function of `analysis.stats.multiplicity`.

    >>> [p.difference for p in adjust_family([AdjustedP(0.01), AdjustedP(None)], 3)]
    [0.03, None]
    """
    absent = [float("nan")] * (size - len(raw))
    columns = [
        adjust([*(float("nan") if p is None else p for p in tests), *absent])[: len(raw)]
        for tests in zip(*raw, strict=True)
    ]
    return [
        AdjustedP(*(None if np.isnan(p) else float(p) for p in row))
        for row in zip(*columns, strict=True)
    ]


class ClaimInterval(NamedTuple):
    """Two-sided interval that lies inside the margin exactly if the adjusted p is at most alpha."""

    level: float
    """Confidence level, 0 to 1."""
    limits: Interval


def claim_interval(
    comparison: Comparison, p: float | None, adjusted: float | None
) -> ClaimInterval | None:
    """Interval that a claim of equivalence or non-inferiority rests on.

    A step-down procedure compares p with a share of alpha: p / adjusted of it. The interval has
    the level 1 - 2 alpha p / adjusted, from CR2 with Satterthwaite's t as the tests themselves; for
    non-inferiority its lower limit counts. Without an adjustment it is the 90 % interval.

    Args:
        comparison: the comparison.
        p: of the claim's test, unadjusted.
        adjusted: the same, adjusted by Holm or Bonferroni.

    Returns:
        None: nothing was tested.

    >>> from analysis.stats.battery import battery
    >>> from analysis.stats.comparison import Options
    >>> from analysis.stats.paired import Paired
    >>> ids = [f"{number:02}" for number in range(20)]
    >>> tuned = [0.5, 0.6] * 10
    >>> result = battery(Paired.of(ids, ids, [0.5, 0.55] * 10, tuned), Options(margin=0.1))
    >>> interval = claim_interval(result, result.tost_p, 4 * result.tost_p)
    >>> interval.level, [round(limit, 4) for limit in interval.limits]
    (0.975, [0.011, 0.039])
    """
    se, df = comparison.se_cr2, comparison.df
    if not p or not adjusted or not se or df is None:
        return None
    level = 1 - 2 * comparison.alpha * p / adjusted
    return ClaimInterval(level, Estimate(comparison.delta, se, df).interval(level))

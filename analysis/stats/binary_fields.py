"""What a series of right or wrong answers gets beside the rest of the battery."""

from typing import Any

import numpy as np

from analysis.stats import mcnemar
from analysis.stats.paired import Interval, Paired

TOPS = (1.0, 100.0)
"""What a right answer may score, a wrong one scoring 0."""

NAMES = (
    "b",
    "c",
    "p_mcnemar_exact",
    "p_mcnemar_midp",
    "ci95_tango",
    "ci95_tango_naive",
    "ci95_newcombe",
    "odds_ratio",
    "ci95_odds_ratio",
    "p_obuchowski",
    "p_yang",
)


def top(paired: Paired) -> float | None:
    """The score of a right answer; None where some score is neither right nor wrong."""
    values = set(np.unique([paired.base, paired.tuned]).tolist())
    return next((top for top in TOPS if values <= {0.0, top}), None)


def fields(paired: Paired, right: float | None) -> dict[str, Any]:
    """Fields of `Comparison` that only right or wrong answers have, None for other scores.

    Args:
        paired: the series.
        right: its `top`; None: it is of another kind.
    """
    if right is None:
        return dict.fromkeys(NAMES)
    base, tuned = paired.base > 0, paired.tuned > 0
    b, c = int((base & ~tuned).sum()), int((~base & tuned).sum())
    n, clustered = len(base), paired.sums.n_clusters < len(base)
    tests = mcnemar.mcnemar(b, c)
    tango = _scaled(mcnemar.tango(b, c, n), right)
    odds = mcnemar.odds_ratio(b, c)
    table = ((int((base & tuned).sum()), c), (b, int((~base & ~tuned).sum())))
    return {
        "b": b,
        "c": c,
        "p_mcnemar_exact": tests.exact,
        "p_mcnemar_midp": tests.midp,
        "ci95_tango": None if clustered else tango,
        "ci95_tango_naive": tango if clustered else None,
        "ci95_newcombe": _scaled(mcnemar.newcombe(table), right),
        "odds_ratio": odds.estimate,
        "ci95_odds_ratio": odds.interval,
        "p_obuchowski": mcnemar.obuchowski(paired.sums)[1] if clustered else None,
        "p_yang": mcnemar.yang(paired.sums)[1] if clustered else None,
    }


def _scaled(interval: Interval, right: float) -> Interval:
    return Interval(interval.low * right, interval.high * right)

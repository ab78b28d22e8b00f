"""Fields of `Comparison` that only right or wrong answers have."""

from typing import Any

import numpy as np

from analysis.stats import mcnemar
from analysis.stats.paired import Interval, Paired

RIGHT_SCORES = (1.0, 100.0)
"""Scores that a right answer may have; a wrong one has 0."""

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


def right_score(paired: Paired) -> float | None:
    """Score of a right answer; None if some score is neither right nor wrong.

    >>> right_score(Paired.of(["a", "b"], ["a", "b"], [0, 100], [100, 100]))
    100.0
    >>> right_score(Paired.of(["a", "b"], ["a", "b"], [0, 0.5], [1, 1])) is None
    True
    """
    values = set(np.unique([paired.base, paired.tuned]).tolist())
    return next((right for right in RIGHT_SCORES if values <= {0.0, right}), None)


def binary_fields(paired: Paired, right: float | None) -> dict[str, Any]:
    """McNemar's tests, score intervals and odds; None for scores of other kinds.

    Args:
        paired: the series.
        right: its `right_score`; None: it is of another kind.

    >>> paired = Paired.of([*"abcd"], [*"abcd"], [0, 0, 1, 1], [1, 1, 1, 0])
    >>> fields = binary_fields(paired, right_score(paired))
    >>> fields["b"], fields["c"], round(fields["odds_ratio"], 6)
    (1, 2, 2.0)
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

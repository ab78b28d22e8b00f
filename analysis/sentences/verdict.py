"""Verdicts and their sentences: the only source of prose about results.

A change is claimed where the adjusted p of the primary test is at most alpha and the primary
interval excludes zero. What is not detected is never called absent.
"""

from collections.abc import Callable
from typing import Literal

from analysis.sentences.phrases import Told, Wording
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval, excludes_zero

__all__ = ["CHANGES", "Verdict", "Wording", "sentence", "verdict"]

Verdict = Literal[
    "decline",
    "gain",
    "detectable but small",
    "equivalent",
    "non-inferior only",
    "inconclusive",
    "untestable",
]

CHANGES: tuple[Verdict, ...] = ("decline", "gain", "detectable but small")
"""Verdicts that claim that there is a difference."""


def verdict(
    comparison: Comparison, p: float | None = None, p_equivalence: float | None = None
) -> Verdict:
    """What the data say.

    Args:
        comparison: the series.
        p: adjusted for multiplicity; None: the primary p as it is.
        p_equivalence: `tost_p` adjusted for multiplicity; None: as it is.
    """
    if comparison.refused:
        return "untestable"
    if _detected(comparison, p):
        if _inside(comparison.interval, comparison.margin):
            return "detectable but small"
        return "gain" if comparison.delta > 0 else "decline"
    adjusted = p_equivalence is None or p_equivalence <= comparison.alpha
    if adjusted and _inside(comparison.ci90, comparison.margin):
        return "equivalent"
    return "non-inferior only" if comparison.noninferior else "inconclusive"


def sentence(
    comparison: Comparison,
    wording: Wording,
    p: float | None = None,
    p_equivalence: float | None = None,
) -> str:
    """The verdict in words; arguments as those of `verdict`."""
    told = Told(comparison, wording, p)
    made: dict[Verdict, Callable[[Told], str]] = {
        "decline": _change,
        "gain": _change,
        "detectable but small": _small,
        "equivalent": _equivalent,
        "non-inferior only": _noninferior,
        "inconclusive": _inconclusive,
        "untestable": _untestable,
    }
    return told.discord + made[verdict(comparison, p, p_equivalence)](told)


def _detected(comparison: Comparison, p: float | None) -> bool:
    used = comparison.p if p is None else p
    if used is None or comparison.discordant:
        return False
    return used <= comparison.alpha and excludes_zero(comparison.interval)


def _inside(interval: Interval | None, margin: float | None) -> bool:
    if interval is None or margin is None:
        return False
    return -margin < interval.low and interval.high < margin


def _changed(told: Told) -> str:
    made, wording = told.comparison, told.wording
    direction = "higher" if made.delta > 0 else "lower"
    return (
        f"{wording.tuned} scored {told.amount(abs(made.delta))} {direction} than {wording.base} on "
        f"{wording.score} (95 % CI {told.span(made.interval)}; {told.test}; {told.size})"
    )


def _change(told: Told) -> str:
    return f"{_changed(told)}."


def _small(told: Told) -> str:
    return (
        f"{_changed(told)}: a difference of {told.amount(abs(told.comparison.delta))} was "
        f"detected; the interval lies within the margin of ±{told.margin}, so it is practically "
        "equivalent by the declared margin."
    )


def _equivalent(told: Told) -> str:
    return (
        f"{told.subject}: The data support a difference smaller than {told.margin} (90 % CI "
        f"{told.span(told.comparison.ci90)}; {told.size})."
    )


def _noninferior(told: Told) -> str:
    return (
        f"{told.subject}: A decline larger than {told.margin} is excluded; a gain is not (90 % CI "
        f"{told.span(told.comparison.ci90)}; {told.size})."
    )


def _inconclusive(told: Told) -> str:
    made = told.comparison
    shown, before = made.interval, ""
    if made.discordant:
        shown = made.ci95_signflip
    elif excludes_zero(made.interval):
        before = f"Not detected after correction by {told.wording.adjustment}. "
    return (
        f"{told.subject}: {before}The data do not settle the direction; values from "
        f"{told.span(shown)}{told.unit} are compatible with them, and this comparison could detect "
        f"{told.amount(made.mde80)} with 80 % power ({told.test}; {told.size})."
    )


def _untestable(told: Told) -> str:
    return f"{told.subject}: Not tested: {told.comparison.refused}."

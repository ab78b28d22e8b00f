"""Verdicts on single comparisons, and their sentences.

A change is claimed if the adjusted p of the primary test is at most alpha and the primary interval
excludes zero. An undetected difference is never called absent.
"""

from collections.abc import Callable
from typing import Literal

from analysis.sentences.phrases import Labels, Phrases
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval, excludes_zero
from clue.marks import marked

__all__ = ["CHANGES", "Labels", "Verdict", "sentence", "verdict"]

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
"""Verdicts that claim a difference."""


def verdict(
    comparison: Comparison, p: float | None = None, p_equivalence: float | None = None
) -> Verdict:
    """Verdict on a comparison.

    Args:
        comparison: results of all tests of one series.
        p: primary p, adjusted for multiplicity; None: unadjusted.
        p_equivalence: `tost_p`, adjusted for multiplicity; None: unadjusted.
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
    labels: Labels,
    p: float | None = None,
    p_equivalence: float | None = None,
) -> str:
    """The verdict as a sentence that begins with its marks; arguments as in `verdict`."""
    phrases = Phrases(comparison, labels, p)
    writers: dict[Verdict, Callable[[Phrases], str]] = {
        "decline": _change,
        "gain": _change,
        "detectable but small": _small,
        "equivalent": _equivalent,
        "non-inferior only": _noninferior,
        "inconclusive": _inconclusive,
        "untestable": _untestable,
    }
    text = phrases.disagreement + writers[verdict(comparison, p, p_equivalence)](phrases)
    return marked(labels.marks, text)


def _detected(comparison: Comparison, p: float | None) -> bool:
    decisive = comparison.p if p is None else p
    if decisive is None or comparison.discordant:
        return False
    return decisive <= comparison.alpha and excludes_zero(comparison.interval)


def _inside(interval: Interval | None, margin: float | None) -> bool:
    if interval is None or margin is None:
        return False
    return -margin < interval.low and interval.high < margin


def _changed(phrases: Phrases) -> str:
    comparison, labels = phrases.comparison, phrases.labels
    direction = "higher" if comparison.delta > 0 else "lower"
    interval = phrases.interval(comparison.interval)
    return (
        f"{labels.tuned} scored {phrases.amount(abs(comparison.delta))} {direction} than "
        f"{labels.base} on {labels.score} (95 % CI {interval}; {phrases.test}; "
        f"{phrases.sample_size})"
    )


def _change(phrases: Phrases) -> str:
    return f"{_changed(phrases)}."


def _small(phrases: Phrases) -> str:
    return (
        f"{_changed(phrases)}: a difference of {phrases.amount(abs(phrases.comparison.delta))} was "
        f"detected; the interval lies within the margin of ±{phrases.margin}, so it is practically "
        "equivalent by the declared margin."
    )


def _equivalent(phrases: Phrases) -> str:
    return (
        f"{phrases.subject}: The data support a difference smaller than {phrases.margin} (90 % CI "
        f"{phrases.interval(phrases.comparison.ci90)}; {phrases.sample_size})."
    )


def _noninferior(phrases: Phrases) -> str:
    return (
        f"{phrases.subject}: A decline larger than {phrases.margin} is excluded; a gain is not "
        f"(90 % CI {phrases.interval(phrases.comparison.ci90)}; {phrases.sample_size})."
    )


def _inconclusive(phrases: Phrases) -> str:
    comparison, prefix = phrases.comparison, ""
    interval = comparison.interval
    if comparison.discordant:
        interval = comparison.ci95_signflip
    elif excludes_zero(interval):
        prefix = f"Not detected after correction by {phrases.labels.adjustment}. "
    return (
        f"{phrases.subject}: {prefix}The data do not settle the direction; values from "
        f"{phrases.interval(interval)}{phrases.unit} are compatible with them, and this comparison "
        f"could detect {phrases.amount(comparison.mde80)} with 80 % power ({phrases.test}; "
        f"{phrases.sample_size})."
    )


def _untestable(phrases: Phrases) -> str:
    return f"{phrases.subject}: Not tested: {phrases.comparison.refused}."

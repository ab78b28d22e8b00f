"""Verdicts on single comparisons, and their sentences.

A change is claimed if the adjusted p of the primary test is at most alpha and the primary interval
excludes zero. Equivalence and non-inferiority are claimed if the adjusted p of their tests is at
most alpha. An undetected difference is never called absent. Every sentence has both scores, the
difference and its 95 % interval.
"""

from collections.abc import Callable
from typing import Literal

from analysis.number_format import significant
from analysis.sentences.phrases import Labels, Phrases
from analysis.stats.claims import AdjustedP
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval, excludes_zero
from clue.marks import marked

__all__ = ["CHANGES", "WITHIN_MARGIN", "Labels", "Verdict", "is_fragile", "sentence", "verdict"]

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
WITHIN_MARGIN: tuple[Verdict, ...] = ("detectable but small", "equivalent")
"""Verdicts that claim a difference inside the margins."""


def verdict(comparison: Comparison, adjusted: AdjustedP | None = None) -> Verdict:
    """Verdict on a comparison.

    Args:
        comparison: results of all tests of one series.
        adjusted: its p-values, adjusted for multiplicity; None: it is the only one.
    """
    p = adjusted or AdjustedP.of(comparison)
    if comparison.refused:
        return "untestable"
    equivalent = _rejects(p.equivalence, comparison)
    if _rejects(p.difference, comparison) and _excludes_zero(comparison):
        if equivalent and _inside(comparison.interval, comparison.margin):
            return "detectable but small"
        return "gain" if comparison.delta > 0 else "decline"
    if equivalent:
        return "equivalent"
    return "non-inferior only" if _rejects(p.noninferiority, comparison) else "inconclusive"


def sentence(comparison: Comparison, labels: Labels, adjusted: AdjustedP | None = None) -> str:
    """The verdict in words, after its marks; arguments as in `verdict`."""
    phrases = Phrases(comparison, labels, adjusted or AdjustedP.of(comparison))
    writers: dict[Verdict, Callable[[Phrases], str]] = {
        "detectable but small": _small,
        "equivalent": _equivalent,
        "non-inferior only": _noninferior,
        "inconclusive": _inconclusive,
    }
    claimed = verdict(comparison, adjusted)
    if claimed == "untestable":
        return marked(
            labels.marks, f"{phrases.scores}. Not tested: {comparison.refused}.{phrases.thinking}"
        )
    text = f"{phrases.scores}: {phrases.difference} ({phrases.evidence})."
    about = phrases.disagreement
    if claimed in writers:
        about += writers[claimed](phrases)
    if is_fragile(claimed, labels.bounds, comparison.margin):
        about += phrases.missing_samples
    return marked(labels.marks, text + about + phrases.thinking + phrases.warning)


def is_fragile(claimed: Verdict, bounds: Interval | None, margin: float | None) -> bool:
    """True if missing samples could undo a claim.

    Args:
        claimed: the verdict.
        bounds: the difference if the missing samples had scored worst or best; None: none is
            missing.
        margin: of equivalence.

    >>> is_fragile("equivalent", Interval(-0.5, 2.5), 2.0), is_fragile("gain", Interval(1, 4), 2.0)
    (True, False)
    """
    if bounds is None:
        return False
    if claimed in CHANGES and not excludes_zero(bounds):
        return True
    if claimed in WITHIN_MARGIN:
        return not _inside(bounds, margin)
    return claimed == "non-inferior only" and not _inside(bounds._replace(high=0.0), margin)


def _rejects(p: float | None, comparison: Comparison) -> bool:
    return p is not None and p <= comparison.alpha


def _excludes_zero(comparison: Comparison) -> bool:
    return not comparison.discordant and excludes_zero(comparison.interval)


def _inside(interval: Interval | None, margin: float | None) -> bool:
    if interval is None or margin is None:
        return False
    return -margin < interval.low and interval.high < margin


def _small(phrases: Phrases) -> str:
    return (
        f" A difference was detected, and it is smaller than the margin of {phrases.margin} "
        f"({phrases.equivalence}): practically equivalent by the declared margin."
    )


def _equivalent(phrases: Phrases) -> str:
    return (
        f" The data support a difference smaller than {phrases.margin}, in either direction "
        f"({phrases.equivalence})."
    )


def _noninferior(phrases: Phrases) -> str:
    return (
        f" A decline larger than {phrases.margin} is excluded ({phrases.noninferiority}); "
        "whether the difference is a gain is not settled."
    )


def _inconclusive(phrases: Phrases) -> str:
    comparison, reason = phrases.comparison, ""
    if not comparison.discordant and excludes_zero(comparison.interval):
        reason = (
            f", since {phrases.labels.adjustment or 'the adjusted'} p is above "
            f"{significant(comparison.alpha)} although this interval alone excludes 0"
        )
    detectable = f"; it can detect {phrases.detectable}" if phrases.detectable else ""
    return f" This comparison does not settle the direction{reason}{detectable}."

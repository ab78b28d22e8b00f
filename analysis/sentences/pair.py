"""One line about a pair: its overall difference and the verdicts on its scores."""

from collections.abc import Sequence
from typing import NamedTuple

from analysis.names import in_sentence
from analysis.number_format import p_value, points, points_interval
from analysis.sentences.verdict import Verdict
from analysis.stats.comparison import Comparison

GROUPS: dict[Verdict, str] = {
    "decline": "lower",
    "gain": "higher",
    "detectable but small": "different within the margin",
    "equivalent": "equivalent",
    "non-inferior only": "not lower by more than the margin",
    "inconclusive": "open",
    "untestable": "not tested",
}
"""Verdict to its word in the line, in the order of the line."""


class JudgedScore(NamedTuple):
    """A score of a pair with its verdict."""

    name: str
    """Task, data set or level."""
    verdict: Verdict


def pair_line(
    pair: str, overall: tuple[Comparison, float | None] | None, scores: Sequence[JudgedScore]
) -> str:
    """Returns the line.

    Args:
        pair: name of the pair.
        overall: its overall comparison with the adjusted p; None = it has no overall score.
        scores: the other scores, in their order.

    >>> scores = [JudgedScore("mednli", "decline"), JudgedScore("meqsum", "inconclusive")]
    >>> pair_line("meditron7b - llama2_7b", None, scores)
    'meditron7b - llama2_7b: lower on MedNLI; open on MeQSum.'
    """
    parts = [] if overall is None else [_overall(*overall)]
    for verdict, words in GROUPS.items():
        names = [in_sentence(score.name) for score in scores if score.verdict == verdict]
        if names:
            parts.append(f"{words} on {', '.join(names)}")
    return f"{pair}: {'; '.join(parts)}."


def _overall(comparison: Comparison, p: float | None) -> str:
    text = f"overall {points(comparison.delta)} points"
    if comparison.interval is None or p is None:
        return text
    return f"{text} (95 % CI {points_interval(comparison.interval)}; Holm p {p_value(p)})"

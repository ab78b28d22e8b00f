"""Symbols of the verdicts in tables and figures."""

from collections.abc import Iterable

from analysis.paired_study.rows import ResultRow
from analysis.sentences.verdict import Verdict

SMALL_GAIN, SMALL_DECLINE = "▵", "▿"
SYMBOLS = {
    "decline": "▼",
    "gain": "▲",
    "detectable but small": SMALL_GAIN,
    "equivalent": "■",
    "non-inferior only": "≥",
    "inconclusive": "",
    "untestable": "-",
}
"""Verdict to its symbol."""
FRAGILE = "?"
MEANINGS = {
    "▼": "▼ decline",
    "▲": "▲ gain",
    SMALL_DECLINE: f"{SMALL_DECLINE} decline smaller than the margin",
    SMALL_GAIN: f"{SMALL_GAIN} gain smaller than the margin",
    "■": "■ within the margin",
    "≥": "≥ not settled, but not lower by more than the margin",
    "": "no mark: not settled",
    "-": "- not tested",
    FRAGILE: f"{FRAGILE} the missing samples could undo the claim",
}
"""Symbol to its meaning, in the order of a legend."""


def symbol(row: ResultRow) -> str:
    """Symbol of the verdict on a comparison."""
    return verdict_symbol(row.judgement.verdict, row.comparison.delta) + FRAGILE * row.is_fragile


def legend(rows: Iterable[ResultRow]) -> str:
    """Returns a sentence that explains the symbols of some comparisons; empty without any."""
    marks = [symbol(row) for row in rows]
    shown = {mark.removesuffix(FRAGILE) for mark in marks}
    shown |= {FRAGILE for mark in marks if mark.endswith(FRAGILE)}
    meanings = ", ".join(meaning for mark, meaning in MEANINGS.items() if mark in shown)
    return f"{meanings[:1].upper()}{meanings[1:]}." if meanings else ""


def verdict_symbol(claimed: Verdict, delta: float) -> str:
    """Symbol of a verdict; that of a change within the margin has its direction.

    >>> verdict_symbol("detectable but small", -0.4), verdict_symbol("equivalent", -0.4)
    ('▿', '■')
    """
    if claimed == "detectable but small" and delta < 0:
        return SMALL_DECLINE
    return SYMBOLS[claimed]

"""Symbols of the verdicts in tables and figures."""

from analysis.paired_study.rows import ResultRow
from analysis.sentences.verdict import Verdict

SMALL_GAIN, SMALL_DECLINE = "▵", "▿"
SYMBOLS = {
    "decline": "▼",
    "gain": "▲",
    "detectable but small": SMALL_GAIN,
    "equivalent": "≈",
    "non-inferior only": "≥",
    "inconclusive": "",
    "untestable": "-",
}
"""Verdict to its symbol."""
LEGEND = (
    f"▼ decline, ▲ gain, {SMALL_DECLINE} {SMALL_GAIN} decline or gain smaller than the margin, "
    "≈ within the margin, ≥ not lower by more than the margin, no mark: not settled, ? the missing "
    "samples could undo the claim."
)


def symbol(row: ResultRow) -> str:
    """Symbol of the verdict on a comparison."""
    return verdict_symbol(row.judgement.verdict, row.comparison.delta) + "?" * row.is_fragile


def verdict_symbol(claimed: Verdict, delta: float) -> str:
    """Symbol of a verdict; that of a change within the margin has its direction.

    >>> verdict_symbol("detectable but small", -0.4), verdict_symbol("equivalent", -0.4)
    ('▿', '≈')
    """
    if claimed == "detectable but small" and delta < 0:
        return SMALL_DECLINE
    return SYMBOLS[claimed]

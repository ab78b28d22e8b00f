"""Symbols of the verdicts in tables and figures."""

from analysis.paired_study.rows import ResultRow

SYMBOLS = {
    "decline": "▼",
    "gain": "▲",
    "detectable but small": "≈",
    "equivalent": "≈",
    "non-inferior only": "≥",
    "inconclusive": "",
    "untestable": "-",
}
"""Verdict to its symbol."""
LEGEND = (
    "▼ decline, ▲ gain, ≈ within the margin, ≥ a larger decline is excluded, no mark: not settled, "
    "? the missing samples could undo the claim."
)


def symbol(row: ResultRow) -> str:
    """Symbol of the verdict on a comparison."""
    return SYMBOLS[row.judgement.verdict] + "?" * row.is_fragile

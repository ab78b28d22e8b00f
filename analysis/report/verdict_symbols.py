"""Symbols of the verdicts in tables and figures."""

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
    "▼ decline, ▲ gain, ≈ within the margin, ≥ a larger decline is excluded, no mark: not settled."
)

"""The forest plot as strips: readable on a narrow screen, where the figure has to be scrolled."""

from collections.abc import Iterator, Mapping
from itertools import chain

from analysis import number_format
from analysis.paired_study.rows import ResultRow
from analysis.report.document import Strip
from analysis.report.figures.forest_rows import ForestRows
from analysis.report.verdict_symbols import symbol
from analysis.sentences.headline import OUTCOMES

EDGE = 4.0
"""Percent of the width that stay free on both sides."""


def strips(shown: ForestRows) -> list[Strip]:
    """Returns a strip for each row of the forest plot, all on the same axis."""
    values = [0.0, *chain.from_iterable(_ends(row) for row in shown.rows)]
    low, high = min(values), max(values)
    return [_strip(shown.name(row), row, (low, high)) for row in shown.rows]


def _strip(name: str, row: ResultRow, limits: tuple[float, float]) -> Strip:
    comparison = row.comparison
    text = number_format.estimate(comparison.delta, comparison.interval)
    positions = {name: _percent(value, limits) for name, value in _values(row).items()}
    if "margin_low" in positions:
        positions["margin"] = positions["margin_high"] - positions["margin_low"]
    return Strip(name, text, symbol(row) or "●", OUTCOMES[row.judgement.verdict], positions)


def _values(row: ResultRow) -> Mapping[str, float]:
    """Name of a position to its value in points."""
    comparison = row.comparison
    values = {"zero": 0.0, "mean": comparison.delta}
    if comparison.interval:
        values |= {"low": comparison.interval.low, "high": comparison.interval.high}
    if comparison.margin:
        values |= {"margin_low": -comparison.margin, "margin_high": comparison.margin}
    return values


def _ends(row: ResultRow) -> Iterator[float]:
    yield from _values(row).values()


def _percent(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    share = (value - low) / (high - low) if high > low else 0.5
    return round(EDGE + share * (100 - 2 * EDGE), 2)

"""Numbers as sentences and tables show them: as many digits as the data carry."""

import math

from analysis.stats.paired import Interval
from clue.common.plural import counted

__all__ = ["counted", "decimals", "interval", "number", "p_cell", "p_value"]

MOST = 6
"""Decimals."""


def decimals(spread: float | None) -> int:
    """Decimals that show two digits of a standard error.

    Args:
        spread: the error, in the unit of what is shown; None or 0: not known, 3 decimals.
    """
    if not spread or not math.isfinite(spread):
        return 3
    return min(MOST, max(0, 1 - math.floor(math.log10(spread))))


def number(value: float, places: int) -> str:
    """A number, without the minus of a rounded zero."""
    return f"{round(value, places) + 0.0:.{places}f}"


def interval(ends: Interval, places: int) -> str:
    """`low to high`, with more decimals where an end near zero would look like zero."""
    near = [abs(end) for end in ends if math.isfinite(end) and abs(end) >= 10.0**-MOST]
    if near:
        places = max(places, min(MOST, -math.floor(math.log10(min(near)))))
    return f"{number(ends.low, places)} to {number(ends.high, places)}"


def p_value(p: float) -> str:
    """`= .031`, `< .001`, `> .99`; with more digits just beside .05."""
    if p < 0.001:
        return "< .001"
    if p > 0.99:
        return "> .99"
    digits = 2 if p >= 0.1 else 3
    if round(p, digits) == 0.05 != p:
        digits = 4
    return f"= {p:.{digits}f}".replace("0.", ".", 1)


def p_cell(p: float | None) -> str:
    """A p-value in a table: `.031`, `< .001`; `-` for None."""
    return "-" if p is None else p_value(p).removeprefix("= ")

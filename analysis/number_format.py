"""Number formats of sentences and tables, with as many digits as the data support."""

import math

from clue.cluster_robust import Interval
from clue.common.plural import counted

__all__ = ["counted", "decimals", "interval", "margin", "number", "p_cell", "p_value"]

MAX_DECIMALS = 6


def decimals(spread: float | None) -> int:
    """Number of decimals that show two digits of a standard error.

    Args:
        spread: the standard error, in the unit of the number that is shown. 3 decimals if it is
            None, 0 or not finite.

    >>> decimals(0.0123), decimals(4.5), decimals(None)
    (3, 1, 3)
    """
    if not spread or not math.isfinite(spread):
        return 3
    return min(MAX_DECIMALS, max(0, 1 - math.floor(math.log10(spread))))


def number(value: float, digits: int) -> str:
    """Number with fixed decimals, without the minus of a rounded zero.

    >>> number(1.005, 1), number(-0.001, 2), number(math.inf, 1), number(math.nan, 1)
    ('1.0', '0.00', 'unbounded', 'undefined')
    """
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else "unbounded"
    return f"{round(value, digits) + 0.0:.{digits}f}"


def interval(limits: Interval, digits: int) -> str:
    """Interval as `low to high`; with more decimals if an end near zero would look like zero.

    >>> interval(Interval(-1.23, 4.56), 1), interval(Interval(0.004, 1.0), 1)
    ('-1.2 to 4.6', '0.004 to 1.000')
    >>> interval(Interval(-math.inf, 4.56), 1), interval(Interval(-math.inf, math.inf), 1)
    ('up to 4.6', 'unbounded')
    """
    smallest = 10.0**-MAX_DECIMALS
    nonzero = [abs(limit) for limit in limits if math.isfinite(limit) and abs(limit) >= smallest]
    if nonzero:
        digits = max(digits, min(MAX_DECIMALS, -math.floor(math.log10(min(nonzero)))))
    low, high = (number(limit, digits) for limit in limits)
    if math.isinf(limits.low) and math.isinf(limits.high):
        return low
    if math.isinf(limits.low):
        return f"up to {high}"
    return f"{low} or more" if math.isinf(limits.high) else f"{low} to {high}"


def margin(value: float) -> str:
    """Margin of equivalence: as declared, or a mean of declared ones with four digits.

    >>> margin(2.0), margin(7 / 6), margin(0.025)
    ('2', '1.167', '0.025')
    """
    return f"{value:.4g}"


def p_value(p: float) -> str:
    """p-value after its letter, with more digits close to .05.

    >>> [p_value(p) for p in (0.0312, 0.0004, 0.995, 0.0496, 0.25, math.nan)]
    ['= .031', '< .001', '> .99', '= .0496', '= .25', 'undefined']
    """
    if math.isnan(p):
        return "undefined"
    if p < 0.001:
        return "< .001"
    if p > 0.99:
        return "> .99"
    digits = 2 if p >= 0.1 else 3
    if round(p, digits) == 0.05 != p:
        digits = 4
    return f"= {p:.{digits}f}".replace("0.", ".", 1)


def p_cell(p: float | None) -> str:
    """p-value in a cell of a table; `-` for None.

    >>> p_cell(0.0312), p_cell(0.0004), p_cell(None)
    ('.031', '< .001', '-')
    """
    return "-" if p is None else p_value(p).removeprefix("= ")


def ranks(first: int, last: int) -> str:
    """Formats the first and the last rank of a set.

    >>> ranks(1, 4), ranks(2, 2)
    ('1 to 4', '2')
    """
    return str(first) if first == last else f"{first} to {last}"

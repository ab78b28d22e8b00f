"""Number formats of sentences, tables and figures: the one place that decides on digits.

A kind of quantity has one number of decimals in every text for people, so that a sentence, a table
and a figure agree to the last digit, and the numbers of a column share their decimals. Numbers are
rounded as Python's `format` rounds: the exact binary value, half to even. A negative number begins
with the minus sign U+2212; files that a program reads have the hyphen (`ascii_signs`).
"""

import math

from clue.cluster_robust import Interval
from clue.common.console import MINUS
from clue.common.plural import counted

__all__ = ["MINUS", "NONE", "counted", "decimals", "interval", "number", "p_cell", "p_value"]

NONE = "-"
"""Cell of a table without a value."""
POINTS = 2
"""Decimals of scores, differences, their errors and margins in points (0 to 100)."""
PERCENT = 1
"""Decimals of a percentage of answers, items or samples; probabilities are whole percents."""
DF = 1
"""Decimals of degrees of freedom."""
RATIO = 2
"""Decimals of effect sizes and ratios."""
MAX_DECIMALS = 6


def decimals(spread: float | None, significant: int = 2) -> int:
    """Number of decimals that show the first digits of a standard error; for scores in other units.

    Args:
        spread: the standard error, in the unit of the number that is shown. 3 decimals if it is
            None, 0 or not finite.
        significant: digits of the standard error.

    >>> decimals(0.0123), decimals(4.5), decimals(None)
    (3, 1, 3)
    """
    if not spread or not math.isfinite(spread):
        return 3
    return min(MAX_DECIMALS, max(0, significant - 1 - math.floor(math.log10(spread))))


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """Number with fixed decimals; a value that rounds to zero has no sign.

    >>> number(1.005, 1), number(-0.001, 2), number(math.inf, 1), number(math.nan, 1)
    ('1.0', '0.00', 'unbounded', 'undefined')
    >>> number(-1.25, 1), number(1.35, 1, signed=True), number(0.01, 1, signed=True)
    ('−1.2', '+1.4', '0.0')
    """
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else "unbounded"
    text = f"{value:+.{digits}f}"
    if not any(digit in "123456789" for digit in text):
        return text[1:]
    return text if signed and value > 0 else text.replace("-", MINUS).removeprefix("+")


def amount(value: float, digits: int) -> str:
    """Size of a number without its sign; above 0 it is not rounded to 0.

    >>> amount(-1.234, 2), amount(0.001, 2), amount(0.0, 2)
    ('1.23', 'less than 0.01', '0.00')
    """
    text = number(abs(value), digits)
    return text if not value or _is_visible(value, digits) else f"less than {_step(digits)}"


def interval(limits: Interval, digits: int) -> str:
    """Interval as `low to high`; an end that rounds to zero keeps its side of zero.

    An end within a millionth of zero is the zero that arithmetic missed.

    >>> interval(Interval(-1.23, 4.56), 1), interval(Interval(0.004, 1.0), 1)
    ('−1.2 to 4.6', '<0.1 to 1.0')
    >>> interval(Interval(-2.0, -0.004), 1), interval(Interval(-1e-9, 2.0), 1)
    ('−2.0 to >−0.1', '0.0 to 2.0')
    >>> interval(Interval(-math.inf, 4.56), 1), interval(Interval(-math.inf, math.inf), 1)
    ('up to 4.6', 'unbounded')
    """
    low, high = (_end(limit, digits) for limit in limits)
    if math.isinf(limits.low) and math.isinf(limits.high):
        return low
    if math.isinf(limits.low):
        return f"up to {high}"
    return f"{low} or more" if math.isinf(limits.high) else f"{low} to {high}"


def estimate(value: float | None, limits: Interval | None, digits: int = POINTS) -> str:
    """Estimate with its interval in brackets; without brackets if it has none.

    >>> estimate(-1.5, Interval(-2.0, -1.0)), estimate(1.5, None), estimate(None, None)
    ('−1.50 [−2.00 to −1.00]', '1.50', '-')
    """
    if value is None:
        return NONE
    text = number(value, digits)
    if limits is None or math.isnan(limits.low):
        return text
    return f"{text} [{interval(limits, digits)}]"


def points(value: float | None) -> str:
    """Value in points; `-` for None.

    >>> points(-3.456), points(None)
    ('−3.46', '-')
    """
    return NONE if value is None else number(value, POINTS)


def points_interval(limits: Interval | None) -> str:
    """Interval in points; `-` for None.

    >>> points_interval(Interval(-3.456, 1.0)), points_interval(None)
    ('−3.46 to 1.00', '-')
    """
    return NONE if limits is None else interval(limits, POINTS)


def signed_points(value: float | None) -> str:
    """Difference in points with its sign; `-` for None.

    >>> signed_points(3.456), signed_points(-3.456), signed_points(-0.001)
    ('+3.46', '−3.46', '0.00')
    """
    return NONE if value is None else number(value, POINTS, signed=True)


def percent(value: float | None) -> str:
    """Percentage of answers, items or samples; `-` for None.

    >>> percent(12.345), percent(None)
    ('12.3', '-')
    """
    return NONE if value is None else number(value, PERCENT)


def whole_percent(share: float | None) -> str:
    """Share as a whole number of percent, 0 and 100 only if it is exactly that; `-` for None.

    >>> [whole_percent(share) for share in (0.234, 0.002, 0.0, 0.998, 1.0, None)]
    ['23', '< 1', '0', '> 99', '100', '-']
    """
    if share is None:
        return NONE
    text = number(100 * share, 0)
    if text == "0" and share > 0:
        return "< 1"
    return "> 99" if text == "100" and share < 1 else text


def df(value: float | None) -> str:
    """Degrees of freedom; `-` for None.

    >>> df(11.26), df(None)
    ('11.3', '-')
    """
    return NONE if value is None else number(value, DF)


def ratio(value: float) -> str:
    """Effect size or ratio.

    >>> ratio(0.256)
    '0.26'
    """
    return number(value, RATIO)


def significant(value: float, digits: int = 6) -> str:
    """Number with significant digits and no trailing zeros: what somebody declared or typed.

    >>> significant(7 / 6, 4), significant(0.05), significant(-2.0)
    ('1.167', '0.05', '−2')
    """
    return f"{value:.{digits}g}".replace("-", MINUS)


def margin(value: float | None) -> str:
    """Margin of equivalence: as declared, or a mean of declared ones with four digits; `-`: none.

    >>> margin(2.0), margin(7 / 6), margin(0.025)
    ('2', '1.167', '0.025')
    """
    return NONE if value is None else significant(value, 4)


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
    return NONE if p is None else p_value(p).removeprefix("= ")


def ranks(first: int, last: int) -> str:
    """Formats the first and the last rank of a set.

    >>> ranks(1, 4), ranks(2, 2)
    ('1 to 4', '2')
    """
    return str(first) if first == last else f"{first} to {last}"


def ascii_signs(text: str) -> str:
    """Text with hyphens for minus signs, for files that a program reads.

    >>> ascii_signs("−1.5 to 2.0")
    '-1.5 to 2.0'
    """
    return text.replace(MINUS, "-")


def _end(limit: float, digits: int) -> str:
    if _is_visible(limit, digits) or abs(limit) < 10.0**-MAX_DECIMALS:
        return number(limit, digits)
    return f"<{_step(digits)}" if limit > 0 else f">{MINUS}{_step(digits)}"


def _is_visible(value: float, digits: int) -> bool:
    return not math.isfinite(value) or float(f"{value:.{digits}f}") != 0


def _step(digits: int) -> str:
    """The smallest number above 0 with these decimals."""
    return f"{10.0**-digits:.{digits}f}"

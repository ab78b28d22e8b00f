"""Speeds and durations for people: two significant digits, and never a 0 for a slow thing."""

from math import floor, log10

MINUTE, HOUR, DAY = 60, 3600, 86400


def two_digits(number: float) -> str:
    """Returns a number with two significant digits.

    >>> [two_digits(number) for number in (0.0421, 4.26, 42.6, 1234.0, 0.0)]
    ['0.042', '4.3', '43', '1,200', '0']
    """
    if number <= 0:
        return "0"
    decimals = 1 - floor(log10(number))
    return f"{round(number, decimals):,.{max(decimals, 0)}f}"


def speed(tokens: float, seconds: float) -> str | None:
    """Returns tokens per second with their unit; None if nothing was measured.

    >>> speed(3, 70), speed(0, 70)
    ('0.043 tokens/s', None)
    """
    return f"{two_digits(tokens / seconds)} tokens/s" if tokens > 0 and seconds > 0 else None


def duration(seconds: float) -> str:
    """Returns seconds in the unit that people use for so long a time.

    >>> [duration(seconds) for seconds in (0.4, 59, 75, 5400, 200_000)]
    ['0.40 s', '59 s', '75 s', '90 min', '2.3 days']
    """
    units = ((2 * MINUTE, 1, "s"), (2 * HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h"))
    for limit, unit, name in units:
        amount = seconds / unit
        if seconds < limit:
            return f"{two_digits(amount) if amount < 10 else f'{amount:.0f}'} {name}"
    return f"{two_digits(seconds / DAY)} days"

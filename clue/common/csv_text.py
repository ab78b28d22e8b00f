"""CSV that a spreadsheet opens without computing anything: the gate for tables."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from clue.common.visible import visible

FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""Begins a formula: a spreadsheet computes it, and it can start programs or send cells."""
HARMLESS = re.compile(r"[+-]([\d .,%()\[\]<>+-]|(?<=\d)e(?=[+-]?\d)| to )*", re.IGNORECASE)
"""A number, an interval or an empty mark such as `-`: nothing in it names a cell or a function."""


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    r"""Returns rows as CSV; texts that would be formulas begin with an apostrophe.

    Args:
        rows: the header first; numbers may be numbers or formatted text.

    >>> rows = [["name", "difference"], ["=1+1", -0.5], ["@SUM(A1)", "-1.2 to 0.3"]]
    >>> print(csv_text(rows), end="")
    name,difference
    '=1+1,-0.5
    '@SUM(A1),-1.2 to 0.3
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(map(_cell, row)) for row in rows])
    return text.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if FORMULA.match(value) and not HARMLESS.fullmatch(value) else text

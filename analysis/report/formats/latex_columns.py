"""Columns of a table in LaTeX: their alignment, width, head and cells."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.number_format import MINUS, NONE, ascii_signs
from analysis.report.document import ReportTable
from analysis.report.formats.latex_text import escaped, with_display_names

NUMBER = re.compile(rf"[+{MINUS}-]?\d*(\.\d+)?")
POINTS_PER_CHARACTER, GAP = 4.3, 6.0
"""Points of a character in \\footnotesize, and between two columns."""
WRAPPED = 34
"""Characters of a line of text; a column with longer texts is broken into lines of this width."""
SHORTEST_HEAD = 9
"""Characters of a line of a head, if its column is narrower."""


@dataclass(frozen=True)
class LatexColumn:
    """A column; cells and head are LaTeX."""

    format: str
    head: str
    cells: Sequence[str]
    characters: int
    """Of its widest line."""
    texts: Sequence[str]
    """Cells before they are escaped."""

    @property
    def points(self) -> float:
        """Estimated width with the gap to the next column."""
        return POINTS_PER_CHARACTER * self.characters + GAP

    def lines(self, row: int) -> int:
        """Lines of a cell."""
        if not self.format.startswith(">"):
            return 1
        return max(1, len(textwrap.wrap(self.texts[row], self.characters)))


def latex_columns(table: ReportTable) -> list[LatexColumn]:
    """Returns the columns of a table."""
    columns = zip(*table.labelled_rows, strict=True)
    return [
        _column(head, list(cells), numeric)
        for head, cells, numeric in zip(table.columns, columns, table.numeric, strict=True)
    ]


def _column(head: str, cells: list[str], numeric: bool) -> LatexColumn:
    if _is_plain(cells):
        return _numbers(head, cells)
    cells = [with_display_names(cell) for cell in cells]
    widest = max(map(len, cells))
    if widest > WRAPPED and not numeric:
        characters = WRAPPED
        width = f"{int(POINTS_PER_CHARACTER * WRAPPED)}pt"
        column = rf">{{\raggedright\arraybackslash}}p{{{width}}}"
    else:
        characters, column = widest, "r" if numeric else "l"
    heads = _head(head, characters)
    return LatexColumn(
        column,
        _stacked(heads, "r" if column == "r" else "l"),
        [escaped(cell) for cell in cells],
        max(characters, *map(len, heads)),
        cells,
    )


def _is_plain(cells: Sequence[str]) -> bool:
    """True for a column of numbers without an interval, a percent sign or a comparator."""
    numbers = [cell for cell in cells if cell not in (NONE, "")]
    return bool(numbers) and all(
        any(map(str.isdigit, cell)) and NUMBER.fullmatch(cell) for cell in numbers
    )


def _numbers(head: str, cells: list[str]) -> LatexColumn:
    """Column that aligns numbers by their decimal point; siunitx reads the ASCII form."""
    numbers = [ascii_signs(cell) for cell in cells if cell not in (NONE, "")]
    whole = max(len(number.lstrip("+-").partition(".")[0]) for number in numbers)
    decimals = max(len(number.partition(".")[2]) for number in numbers)
    sign = next((number[0] for number in numbers if number[0] in "+-"), "")
    characters = whole + decimals + len(sign) + (decimals > 0)
    heads = _head(head, characters)
    shown = {NONE: "{--}", "": "{}"}
    return LatexColumn(
        f"S[table-format={sign}{whole}{f'.{decimals}' if decimals else ''}]",
        f"{{{_stacked(heads, 'r')}}}",
        [shown.get(cell, ascii_signs(cell)) for cell in cells],
        max(characters, *map(len, heads)),
        cells,
    )


def _head(text: str, characters: int) -> list[str]:
    """Lines of a head."""
    return textwrap.wrap(text, max(characters, SHORTEST_HEAD), break_long_words=False) or [""]


def _stacked(lines: Sequence[str], side: str) -> str:
    if len(lines) == 1:
        return escaped(lines[0])
    joined = r" \\ {}".join(map(escaped, lines))  # {}: a bracket would be an option of \\
    return rf"\shortstack[{side}]{{{joined}}}"

r"""The tables as LaTeX for a two-column paper: one file each, and a document that includes all.

A table is a `table` if it fits a column and a `table*` over both columns otherwise; it shrinks if
it is a little wider than the page, and continues in a second float if it is much wider. Columns of
numbers are siunitx's `S`. Packages: see `HEAD`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from math import ceil
from typing import NamedTuple

from analysis.report.document import Report, ReportTable
from analysis.report.formats.latex_columns import LatexColumn, latex_columns
from analysis.report.formats.latex_text import escaped

MOST_ROWS = 38
"""Lines of a float; a longer table continues in the next one."""
COLUMN_POINTS = 200.0
"""Width of a column of `\\documentclass[twocolumn]{article}`."""
PAGE_POINTS = 410.0
"""Width of both columns with the space between them."""
MOST_SHRINK = 1.25
"""A table of at most so many page widths shrinks; the columns of a wider one are split."""
MOST_KEYS = 2
"""Columns that may begin every float of such a table."""
HEAD = r"""\documentclass[twocolumn]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amssymb,adjustbox,array,booktabs,caption,siunitx}
\begin{document}
"""


def files(report: Report) -> dict[str, str]:
    """Returns file names and texts: one file per table, and `all.tex`."""
    texts = {f"{table.name}.tex": render(table) for table in report.tables}
    inputs = "\n".join(f"\\input{{{name}}}\\clearpage" for name in texts)
    return texts | {"all.tex": f"{HEAD}{inputs}\n\\end{{document}}\n"}


def render(table: ReportTable) -> str:
    """Returns a table as one float or, if it is long or very wide, as several with one number."""
    parts = list(_parts(table))
    return "\n".join(
        _float(table, part, is_first=part is parts[0], is_last=part is parts[-1]) for part in parts
    )


class TablePart(NamedTuple):
    """Rows and columns of a table that share a float."""

    columns: Sequence[LatexColumn]
    start: int
    end: int

    @property
    def is_wide(self) -> bool:
        """True if it is wider than a column of the paper."""
        return _points(self.columns) > COLUMN_POINTS


def _parts(table: ReportTable) -> Iterator[TablePart]:
    columns = latex_columns(table)
    lines = max((len(column.cells) for column in columns), default=0)
    for group in _column_groups(columns, _key_columns(table)):
        starts = _starts(group, lines)
        for start, end in zip(starts, [*starts[1:], lines], strict=True):
            yield TablePart(group, start, end)


def _key_columns(table: ReportTable) -> int:
    """Number of columns that name a row: the texts at the left, at most two."""
    texts = takewhile(lambda is_number: not is_number, table.numeric[:MOST_KEYS])
    return max(1, len(list(texts)))


def _column_groups(columns: Sequence[LatexColumn], keys: int) -> list[list[LatexColumn]]:
    """Columns that fit beside each other, about as many in each group; each begins with the keys.

    A table that is a little too wide stays in one piece and shrinks.
    """
    key_columns, others = list(columns[:keys]), columns[keys:]
    room = MOST_SHRINK * PAGE_POINTS - _points(key_columns)
    count = min(max(1, ceil(_points(others) / max(room, 1.0))), max(1, len(others)))
    bounds = [round(len(others) * number / count) for number in range(count + 1)]
    return [[*key_columns, *others[low:high]] for low, high in pairwise(bounds)]


def _points(columns: Sequence[LatexColumn]) -> float:
    return sum(column.points for column in columns)


def _starts(columns: Sequence[LatexColumn], lines: int) -> list[int]:
    """First row of each float; a row may have several lines."""
    starts, used = [0], 0
    for row in range(lines):
        height = max(column.lines(row) for column in columns)
        if used and used + height > MOST_ROWS:
            starts.append(row)
            used = 0
        used += height
    return starts


def _float(table: ReportTable, part: TablePart, *, is_first: bool, is_last: bool) -> str:
    columns = part.columns
    environment = "table*" if part.is_wide else "table"
    caption = f"{escaped(table.title)}{'' if is_first else ' (continued)'}"
    label = rf"\label{{tab:{table.name}}}" if is_first else ""
    note = rf"\par\smallskip\raggedright {escaped(table.note)}" if is_last else ""
    return "\n".join(
        [
            rf"\begin{{{environment}}}[tp]",
            *([] if is_first else [r"\ContinuedFloat"]),
            r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{caption}}}{label}",
            r"\begin{adjustbox}{max width=\linewidth}",
            rf"\begin{{tabular}}{{@{{}}{''.join(column.format for column in columns)}@{{}}}}",
            r"\toprule",
            _line([column.head for column in columns]),
            r"\midrule",
            *_body(columns, range(part.start, part.end)),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{adjustbox}",
            *([note] if note else []),
            rf"\end{{{environment}}}",
            "",
        ]
    )


def _body(columns: Sequence[LatexColumn], rows: range) -> Iterator[str]:
    for row in rows:
        yield _line([column.cells[row] for column in columns])


def _line(cells: Sequence[str]) -> str:
    row = " & ".join(cells) + r" \\"
    return f"{{}}{row}" if row.startswith(("[", "*")) else row  # an option of the \\ before it

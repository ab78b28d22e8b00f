r"""The tables as LaTeX for a two-column paper: one file each, and a document that includes all.

A table is a `table` if it fits a column and a `table*` over both columns otherwise; it shrinks if
it is wider than the page. Columns of numbers are siunitx's `S`. Packages: see `HEAD`.
"""

from collections.abc import Iterator, Sequence

from analysis.report.document import Report, ReportTable
from analysis.report.formats.latex_columns import LatexColumn, latex_columns
from analysis.report.formats.latex_text import escaped

MOST_ROWS = 38
"""Lines of a float; a longer table continues in the next one."""
COLUMN_POINTS = 200.0
"""Width of a column of `\\documentclass[twocolumn]{article}`."""
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
    """Returns a table as one float or, if it is long, as several with the same number."""
    columns = latex_columns(table)
    lines = max((len(column.cells) for column in columns), default=0)
    is_wide = sum(column.points for column in columns) > COLUMN_POINTS
    starts = _starts(columns, lines)
    parts = [
        _float(table, columns, (start, end), is_wide=is_wide)
        for start, end in zip(starts, [*starts[1:], lines], strict=True)
    ]
    return "\n".join(parts)


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


def _float(
    table: ReportTable, columns: Sequence[LatexColumn], rows: tuple[int, int], *, is_wide: bool
) -> str:
    start, end = rows
    environment = "table*" if is_wide else "table"
    continued = start > 0
    caption = f"{escaped(table.title)}{' (continued)' * continued}"
    label = "" if continued else rf"\label{{tab:{table.name}}}"
    is_last = end == len(columns[0].cells)
    note = rf"\par\smallskip\raggedright {escaped(table.note)}" if is_last else ""
    return "\n".join(
        [
            rf"\begin{{{environment}}}[tp]",
            *([r"\ContinuedFloat"] if continued else []),
            r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{caption}}}{label}",
            r"\begin{adjustbox}{max width=\linewidth}",
            rf"\begin{{tabular}}{{@{{}}{''.join(column.format for column in columns)}@{{}}}}",
            r"\toprule",
            _line([column.head for column in columns]),
            r"\midrule",
            *_body(columns, range(start, end)),
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

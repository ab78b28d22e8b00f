"""The tables as LaTeX (booktabs), one file each, and a document that includes all of them."""

import re
from collections.abc import Sequence

from analysis.report.document import Report, ReportTable
from clue.common.visible import one_line

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "▼": r"$\blacktriangledown$",
    "▲": r"$\blacktriangle$",
    "≈": r"$\approx$",
    "≥": r"$\geq$",
    "±": r"$\pm$",
    "Δ": r"$\Delta$",
    "…": r"\ldots{}",
}
MAX_UNBROKEN = 30
"""Characters; longer text in a column is broken into lines."""
HEAD = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amssymb,booktabs,longtable}
\usepackage[landscape,margin=15mm]{geometry}
\begin{document}
\footnotesize
"""


def files(report: Report) -> dict[str, str]:
    """Returns file names and texts: one file per table, and `all.tex`."""
    texts = {f"{table.name}.tex": render(table) for table in report.tables}
    inputs = "\n".join(f"\\input{{{name}}}" for name in texts)
    return texts | {"all.tex": f"{HEAD}{inputs}\n\\end{{document}}\n"}


def render(table: ReportTable) -> str:
    """Returns a table as a longtable, which may continue on the next page."""
    rows = table.labelled_rows
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    alignments = [
        "p{55mm}" if width > MAX_UNBROKEN else "r" if numeric else "l"
        for width, numeric in zip(widths, table.numeric, strict=True)
    ]
    head = [
        rf"\begin{{longtable}}{{{''.join(alignments)}}}",
        rf"\caption{{{escaped(table.title)}. {escaped(table.note)}}}\label{{tab:{table.name}}}\\",
        r"\toprule",
        _line(table.columns),
        r"\midrule",
        r"\endhead",
    ]
    body = [_line(row) for row in rows]
    return "\n".join([*head, *body, r"\bottomrule", r"\end{longtable}", ""])


def escaped(text: str) -> str:
    """Escapes text for LaTeX, as one line; a hyphen before a number becomes a minus sign."""
    special = "".join(SPECIAL.get(character, character) for character in one_line(text))
    return re.sub(r"(?<![\w.])-(?=[\d.])", "$-$", special)


def _line(cells: Sequence[str]) -> str:
    row = " & ".join(map(escaped, cells)) + r" \\"
    return f"{{}}{row}" if row.startswith(("[", "*")) else row  # an option of the \\ before it

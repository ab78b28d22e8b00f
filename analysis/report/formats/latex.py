"""The tables as LaTeX (booktabs), one file each, and a document that shows all of them."""

import re

from analysis.report.document import Document, Table

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
WIDE = 30
"""Characters from which on a column's text is broken into lines."""
HEAD = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amssymb,booktabs,longtable}
\usepackage[landscape,margin=15mm]{geometry}
\begin{document}
\footnotesize
"""


def files(document: Document) -> dict[str, str]:
    """Name to text: a file per table, and `all.tex`."""
    made = {f"{table.name}.tex": render(table) for table in document.tables}
    inputs = "\n".join(f"\\input{{{name}}}" for name in made)
    return made | {"all.tex": f"{HEAD}{inputs}\n\\end{{document}}\n"}


def render(table: Table) -> str:
    """A longtable: it may be longer than a page."""
    widths = [max(len(row[place]) for row in table.rows) for place in range(len(table.columns))]
    kinds = [
        "p{55mm}" if wide > WIDE else "r" if numeric else "l"
        for wide, numeric in zip(widths, table.numeric, strict=True)
    ]
    head = [
        rf"\begin{{longtable}}{{{''.join(kinds)}}}",
        rf"\caption{{{escaped(table.title)}. {escaped(table.note)}}}\label{{tab:{table.name}}}\\",
        r"\toprule",
        _line(table.columns),
        r"\midrule",
        r"\endhead",
    ]
    body = [_line(row) for row in table.rows]
    return "\n".join([*head, *body, r"\bottomrule", r"\end{longtable}", ""])


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is; a minus sign stands before a number."""
    made = "".join(SPECIAL.get(character, character) for character in text)
    return re.sub(r"(?<![\w.])-(?=[\d.])", "$-$", made)


def _line(cells: object) -> str:
    assert isinstance(cells, list | tuple)
    return " & ".join(escaped(str(cell)) for cell in cells) + r" \\"

"""Tables in Markdown (GitHub flavour)."""

import re
from collections.abc import Sequence

from clue.common.markdown_text import markdown_text


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], align: str | None = None
) -> str:
    r"""Formats a header and rows, without a line break at the end.

    Args:
        header: titles of the columns.
        rows: cells as text, see `markdown_text`; a vertical bar is escaped.
        align: `l` or `r` for each column; None: the page decides, written as `|---|`.

    >>> print(markdown_table(["task", "n"], [["MedNLI", "1419"], ["a|b", "7"]], "lr"))
    | task | n |
    | --- | ---: |
    | MedNLI | 1419 |
    | a\|b | 7 |
    """
    if align is None:
        rule = f"|{'---|' * len(header)}"
    else:
        rule = _line(["---:" if side == "r" else "---" for side in align])
    return "\n".join([_line(header), rule, *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(cell: str) -> str:
    bars = re.compile(r"(\\*)\|")  # a backslash before a bar would escape the one of the bar
    return bars.sub(lambda match: f"{match[1] * 2}\\|", markdown_text(cell))

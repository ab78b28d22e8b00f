"""Tables in Markdown (GitHub flavour)."""

from collections.abc import Sequence


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], align: str | None = None
) -> str:
    r"""Formats a header and rows, without a line break at the end.

    Args:
        header: titles of the columns.
        rows: cells as text; a vertical bar is escaped, a line break becomes a space.
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
    return cell.replace("|", "\\|").replace("\n", " ")

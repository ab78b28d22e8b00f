"""Tables and lines on standard output.

Each row is printed as one line, whatever the terminal's width (80 columns without a terminal): a
name that is broken or cut can be neither copied nor searched for. Price: a narrow terminal wraps
long rows.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

_UNLIMITED = 1_000_000
"""Columns: more than any row has."""


def table(names: Sequence[str], numbers: Sequence[str] = (), title: str | None = None) -> "Table":
    """Returns an empty table: columns of names, then right-aligned columns of numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    empty = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for name in names:
        empty.add_column(name)
    for name in numbers:
        empty.add_column(name, justify="right")
    return empty


def show(*parts: "Table | str") -> None:
    """Print tables and lines of text without interpreting markup."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=_UNLIMITED)
    for part in parts:
        console.print(part)

"""Tables and lines on standard output.

A row is one line, however many columns the terminal has, and where there is none, 80: a name that
is broken or cut can be neither copied nor searched for. Price: a narrow terminal wraps long rows.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

_UNLIMITED = 1_000_000
"""Columns: more than any row has."""


def table(names: Sequence[str], numbers: Sequence[str] = (), title: str | None = None) -> "Table":
    """An empty table: first columns of names, then of numbers, which stand at the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for name in names:
        made.add_column(name)
    for name in numbers:
        made.add_column(name, justify="right")
    return made


def show(*parts: "Table | str") -> None:
    """Print tables and lines of text, in which nothing is markup."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=_UNLIMITED)
    for part in parts:
        console.print(part)

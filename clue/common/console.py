"""Tables and lines on standard output: the gate for terminals.

Each row is printed as one line, whatever the terminal's width (80 columns without a terminal): a
name that is broken or cut can be neither copied nor searched for. Price: a narrow terminal wraps
long rows.

Every text passes `clue.common.visible`: no control character of a name or an answer reaches a
terminal. `tests/house/test_gates.py` checks that nothing else prints.
"""

import argparse
import codecs
import io
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from clue.common.suggestion import unknown
from clue.common.visible import one_line, visible

if TYPE_CHECKING:
    from rich.table import Table

_UNLIMITED = 1_000_000
"""Columns: more than any row has."""
MINUS = "\N{MINUS SIGN}"
"""Sign of a negative number in texts for people."""
UNPRINTABLE = "hyphen_or_escape"
"""Name of the rule for characters that an encoding lacks."""


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
    from clue.common.rich_console import VisibleConsole

    console = VisibleConsole(
        highlight=False, markup=False, emoji=False, soft_wrap=True, width=_UNLIMITED
    )
    for part in parts:
        console.print(visible(part) if isinstance(part, str) else part)


def print_lines(*texts: object, stream: TextIO | None = None) -> None:
    """Print texts, each on lines of its own, as they are apart from unseen characters.

    Args:
        texts: of one or more lines.
        stream: None = standard output.
    """
    print(*(visible(str(text)) for text in texts), sep="\n", file=stream, flush=True)


def print_rows(rows: Iterable[str]) -> None:
    """Print each text as exactly one line, whatever line breaks are in a name."""
    print_lines(*map(one_line, rows))


def print_error(text: object) -> None:
    """Print a text on standard error."""
    print_lines(text, stream=sys.stderr)


def accept_all_texts() -> None:
    """Let standard output write characters that its encoding lacks as escapes, not as an error.

    A minus sign becomes a hyphen.
    """
    codecs.register_error(UNPRINTABLE, _hyphen_or_escape)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=UNPRINTABLE)


def _hyphen_or_escape(error: UnicodeError) -> tuple[str, int]:
    """Replacement of the characters that an encoding lacks, and the position behind them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].replace(MINUS, "-")
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end


def discard_output() -> None:
    """Send what is left of standard output nowhere, after its reader has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class VisibleParser(argparse.ArgumentParser):
    """Parser whose messages, which quote arguments such as file names, pass the gate."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuses a value that is none of the choices, and suggests the most similar one."""
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(action, unknown(str(value), choices))

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(visible(message), file)


class VisibleFormatter(logging.Formatter):
    """Formatter of every log of the project, on the terminal and in files."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line of a record."""
        return visible(super().format(record))

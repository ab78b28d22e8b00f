"""Progress of long work: a bar on a terminal, otherwise a line in the log now and then."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from clue.common.rich_console import VisibleConsole

log = logging.getLogger(__name__)

LOG_SECONDS = 30.0
"""Shortest time between two lines of the log."""

Update = Callable[..., None]
"""Takes the amount that is done, and fields of the bar's columns by name."""


@contextmanager
def display(bar: Progress, name: str, line: Callable[[int], str], **task: Any) -> Iterator[Update]:
    """Shows the progress of one task.

    Args:
        bar: shown on a terminal.
        name: of the task.
        line: text for the log, given the amount that is done.
        task: of `Progress.add_task`: `total`, `completed`, fields of the columns.
    """
    if not sys.stderr.isatty():
        yield _log_updates(line)
        return
    with bar:
        number = bar.add_task(name, **task)
        yield lambda done, **fields: bar.update(number, completed=done, **fields)


@contextmanager
def file_display(name: str, total: int | None, done: int = 0) -> Iterator[Update]:
    """Shows how many of the `total` bytes of a file are read or received."""
    size = "unknown size" if total is None else decimal(total)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=VisibleConsole(stderr=True), transient=True)
    with display(
        bar, name, lambda done: f"{name}: {decimal(done)} of {size}", total=total, completed=done
    ) as update:
        yield update


def _log_updates(line: Callable[[int], str]) -> Update:
    last = time.monotonic()

    def update(done: int, **fields: Any) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > LOG_SECONDS:
            last = now
            log.info("%s", line(done))

    return update

"""How far a download is: a bar on a terminal, a line now and then in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

log = logging.getLogger(__name__)

LOG_SECONDS = 30.0

Tick = Callable[[int], None]
"""Is told the bytes that are there."""


@contextmanager
def showing(name: str, done: int, total: int | None) -> Iterator[Tick]:
    """A display for a file of `total` bytes, of which `done` are there."""
    display = _bar if sys.stderr.isatty() else _lines
    with display(name, done, total) as tick:
        yield tick


@contextmanager
def _bar(name: str, done: int, total: int | None) -> Iterator[Tick]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(name, completed=done, total=total)
        yield lambda size: progress.update(bar, completed=size)


@contextmanager
def _lines(name: str, done: int, total: int | None) -> Iterator[Tick]:
    whole = "unknown size" if total is None else decimal(total)
    said = time.monotonic()

    def tick(size: int) -> None:
        nonlocal said
        if time.monotonic() - said > LOG_SECONDS:
            said = time.monotonic()
            log.info("%s: %s of %s", name, decimal(size), whole)

    log.info("%s: %s", name, whole)
    yield tick

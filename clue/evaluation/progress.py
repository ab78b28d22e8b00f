"""How far a cell is: a bar on a terminal, a line now and then in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clue.common.progress import LOG_SECONDS
from clue.records import Completion

log = logging.getLogger(__name__)

Tick = Callable[[Completion], None]
"""Told of every new completion."""

Watch = Callable[[int, int], AbstractContextManager[Tick]]
"""Opens a display for completions to come, given their number and that of all samples."""


def watch(name: str) -> Watch:
    """A display for the cell of this name."""

    @contextmanager
    def opened(new: int, total: int) -> Iterator[Tick]:
        if new < total:
            log.info("%s: %d of %d completions are stored, %d to go", name, total - new, total, new)
        display = _bar if sys.stderr.isatty() else _lines
        with display(name, new) as tick:
            yield tick

    return opened


@contextmanager
def _bar(name: str, new: int) -> Iterator[Tick]:
    from rich.console import Console

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} tokens/s, left"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(name, total=new, rate="-")
        rate = _Rate()

        def tick(completion: Completion) -> None:
            rate.add(completion)
            progress.update(bar, advance=1, rate=f"{rate.tokens_per_second:.0f}")

        yield tick


@contextmanager
def _lines(name: str, new: int) -> Iterator[Tick]:
    rate = _Rate()
    said = time.monotonic()

    def tick(completion: Completion) -> None:
        nonlocal said
        rate.add(completion)
        if time.monotonic() - said > LOG_SECONDS:
            said = time.monotonic()
            left = rate.seconds / rate.samples * (new - rate.samples)
            log.info(
                "%s: %d/%d samples, %.0f tokens/s, %.0f s left",
                *(name, rate.samples, new, rate.tokens_per_second, left),
            )

    yield tick
    if rate.samples:
        speed = (rate.samples, rate.seconds, rate.tokens_per_second)
        log.info("%s: %d samples in %.0f s, %.0f tokens/s", name, *speed)


class _Rate:
    """Samples and answer tokens since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.samples = 0
        self.tokens = 0

    def add(self, completion: Completion) -> None:
        self.samples += 1
        self.tokens += completion.new_tokens

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.started, 1e-9)

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds

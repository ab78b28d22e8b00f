"""Progress of a cell: completions, tokens per second, time left."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clue.common.progress import display
from clue.common.rich_console import VisibleConsole
from clue.records import Completion

log = logging.getLogger(__name__)

OnCompletion = Callable[[Completion], None]
"""Called with every new completion."""

ProgressDisplay = Callable[[int, int], AbstractContextManager[OnCompletion]]
"""Opens a display, given the number of new completions and of all samples."""


def progress_display(name: str) -> ProgressDisplay:
    """Returns the display of a cell with this name."""

    @contextmanager
    def open_display(new: int, total: int) -> Iterator[OnCompletion]:
        if new < total:
            log.info("%s: %d of %d completions are stored, %d to go", name, total - new, total, new)
        with _display(name, new) as on_completion:
            yield on_completion

    return open_display


@contextmanager
def _display(name: str, new: int) -> Iterator[OnCompletion]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} tokens/s, left"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    rate = _Rate()

    def line(samples: int) -> str:
        remaining = rate.seconds / samples * (new - samples)
        speed = f"{rate.tokens_per_second:.0f} tokens/s"
        return f"{name}: {samples}/{new} samples, {speed}, {remaining:.0f} s left"

    bar = Progress(*columns, console=VisibleConsole(stderr=True))
    with display(bar, name, line, total=new, rate="-") as update:

        def on_completion(completion: Completion) -> None:
            rate.add(completion)
            update(rate.samples, rate=f"{rate.tokens_per_second:.0f}")

        yield on_completion
    if rate.samples and not sys.stderr.isatty():
        speed = (rate.samples, rate.seconds, rate.tokens_per_second)
        log.info("%s: %d samples in %.0f s, %.0f tokens/s", name, *speed)


class _Rate:
    """Counts samples and answer tokens since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.samples = 0
        self.tokens = 0

    def add(self, completion: Completion) -> None:
        self.samples += 1
        self.tokens += completion.all_tokens

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.started, 1e-9)

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds

"""Display of a command's progress: a live table on a terminal, lines in a file or a pipe.

A thread reads the files of the sweep, which its jobs write in this process or in others. It shows
something at least every `LINE_SECONDS`, whatever the jobs do: they may load, score or wait.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clue.common.amounts import duration
from clue.common.console import print_error
from clue.common.repeating import repeating
from clue.evaluation import progress_text
from clue.evaluation.sweep_view import SweepView, running, view
from clue.store.progress_files import BEAT_SECONDS, SWEEP, ProgressFolder, remove_dead

if TYPE_CHECKING:
    from rich.live import Live

log = logging.getLogger(__name__)

LINE_SECONDS = 25.0
"""Longest time between two lines, below the 30 s that are promised: a loaded machine is late."""
SHORTEST_SECONDS = 5.0
"""Shortest time between two lines, also where a cell ends each second."""
POLL_SECONDS = 1.0


@dataclass
class SweepReport:
    """The file of a command and the display of its sweep."""

    live: "Live | None" = None
    has_lines: bool = True
    is_command: bool = True
    """False: nothing but the log is written to."""
    folder: ProgressFolder | None = None
    content: dict[str, Any] = field(default_factory=dict)
    only: int | None = None
    """Number of the job whose cells are shown; None = all, and the file is this process's."""
    started: float = field(default_factory=time.monotonic)
    _written: float = float("-inf")
    _shown: float = field(default_factory=time.monotonic)
    _headline: object = None

    def open(self, folder: ProgressFolder, content: dict[str, Any]) -> None:
        """Show a sweep from now on, and declare it in the store."""
        remove_dead(folder.path.parent.parent)
        self.content = {"started": time.time(), **content}
        self.folder = folder
        folder.write(SWEEP, self.content)

    def follow(self, folder: ProgressFolder, number: int) -> None:
        """Show one job of a sweep that another process has opened."""
        self.folder, self.only = folder, number

    def close(self) -> None:
        """Remove the files: the sweep has ended."""
        folder, self.folder = self.folder, None
        jobs = folder.jobs().values() if folder and self.only is None else ()
        if folder and self.only is None and not any(job.is_alive(time.time()) for job in jobs):
            folder.remove()  # submitted jobs may outlive the command

    def update(self) -> None:
        """Show what changed, write a sign of life; called by a thread, which must not die."""
        try:
            self._update()
        except Exception as error:  # a display must not end a run of days
            log.debug("progress is not shown", exc_info=error)

    def _update(self) -> None:
        now = time.monotonic()
        if self.folder is None:
            self._show_start(now)
            return
        if self.only is None and now - self._written >= BEAT_SECONDS:
            self._written = now
            self.folder.write(SWEEP, self.content)
        sweep = view(self.folder)
        if self.live:
            from clue.launch.live_table import table

            self.live.update(table(sweep), refresh=True)
        if self.has_lines:
            self._show_line(sweep, now)

    def _show_start(self, now: float) -> None:
        if now - self._shown >= LINE_SECONDS:
            self._shown = now
            self._print(f"reading the settings ({duration(now - self.started)})")

    def _show_line(self, sweep: SweepView, now: float) -> None:
        headline = [(number, job.activity) for number, job, _ in running(sweep, self.only)]
        headline += [(-1, job.activity) for job in progress_text.between_cells(sweep)]
        since = now - self._shown
        if since >= LINE_SECONDS or (since >= SHORTEST_SECONDS and headline != self._headline):
            self._shown, self._headline = now, headline
            self._print(progress_text.line(sweep, self.only))

    def _print(self, text: str) -> None:
        if logging.getLogger().handlers:
            log.info("%s", text)
        elif self.is_command:
            print_error(text)


@contextmanager
def reporting(*, terminal: bool = True) -> Iterator[SweepReport]:
    """Show the progress of a command while it runs.

    Args:
        terminal: a live table is allowed. Lines are left out where the terminal shows everything.
    """
    is_live = terminal and sys.stderr.isatty()
    has_lines = not (is_live and sys.stdout.isatty())
    report = SweepReport(has_lines=has_lines, is_command=terminal)
    try:
        with _live(report, is_live=is_live), repeating(POLL_SECONDS, report.update):
            yield report
    finally:
        report.close()


@contextmanager
def _live(report: SweepReport, *, is_live: bool) -> Iterator[None]:
    """Opens the live display before Hydra's log, whose lines then stand above the table."""
    if not is_live:
        yield
        return
    from rich.live import Live

    from clue.common.rich_console import VisibleConsole

    with Live(
        console=VisibleConsole(stderr=True, soft_wrap=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as live:
        report.live = live
        try:
            yield
        finally:
            report.live = None

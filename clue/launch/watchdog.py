"""Watchdog of a job: its process is ended if it counts no progress for too long (`watchdog_min`).

The process that waits for the job reads the file of progress that the job writes every few seconds.
It also sees a job whose threads all hang, in a driver or on a network disk.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from clue.common.plural import counted
from clue.store.progress_files import ProgressFolder

ATTEMPTS = 3
"""Starts of a job on Slurm, after which a hang is not queued again."""
FILE = "hangs"
"""File in the folder of a job, with a byte for each hang."""


@dataclass
class Watchdog:
    """Tells when a job has counted no progress for too long.

    Args:
        folder: files of the sweep.
        number: of the job in the sweep.
        minutes: longest time without progress.
        clock: seconds; a machine that sleeps does not count them.
    """

    folder: ProgressFolder
    number: int
    minutes: float
    clock: Callable[[], float] = time.monotonic
    _latest: object = None
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        """Start to count."""
        self._since = self.clock()

    def is_due(self) -> bool:
        """True if the file has named no progress for so many minutes; call it every few seconds."""
        progress = self.folder.job(self.number).content.get("changed")
        if progress != self._latest:
            self._latest, self._since = progress, self.clock()
        return self.clock() - self._since > 60 * self.minutes


def reason(minutes: float) -> str:
    """Explains, for people, why the watchdog ended a job after so many minutes."""
    return (
        f"its process counted no progress for {_in_words(minutes)} (watchdog_min) and was ended; "
        "generated answers are kept: run the same command again to continue. Loading and scoring "
        "count as one step each: if they take longer, set a larger watchdog_min"
    )


def _in_words(minutes: float) -> str:
    """Returns a number of minutes in words.

    >>> _in_words(30.0), _in_words(1), _in_words(0.25)
    ('30 minutes', '1 minute', '0.25 minutes')
    """
    return counted(int(minutes), "minute") if minutes == int(minutes) else f"{minutes:g} minutes"


def requeue(folder: Path) -> None:
    """Let Slurm queue the job of this process again; returns if nothing can, or too many hung.

    submitit has a handler of the signal that Slurm sends before a time limit, and the launcher's
    process of a job has no other. The handler leaves this process.

    Args:
        folder: of the job; it counts the hangs.
    """
    path = folder / FILE
    with path.open("ab") as file:
        file.write(b".")
    if path.stat().st_size < ATTEMPTS and callable(signal.getsignal(signal.SIGUSR2)):
        os.kill(os.getpid(), signal.SIGUSR2)

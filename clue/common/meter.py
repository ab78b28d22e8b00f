"""Meter of the work of this process: its activity, and the tokens of the batch that is computed.

Code that works (decoders, loaders, scorers) reports here, and a thread that shows progress reads.
There is one meter in a process, because a process evaluates one cell at a time. It is global, so
that no backend has to pass it on. Price: two cells cannot be evaluated by two threads.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

SMOOTHING = 0.2
"""Weight of the newest step in the time of a step."""


@dataclass(eq=False)
class Activity:
    """Work that produces no token."""

    name: str
    """For people; it may change while the work goes on."""
    started: float
    """Time of the meter's clock."""


@dataclass
class Batch:
    """Tokens of prompts whose completions are not complete yet."""

    read: int = 0
    """Tokens of the prompts that were read, also of a prefix that several prompts share."""
    new: int = 0
    """Generated tokens, of thoughts too."""
    rows: int = 0
    """Prompts that were read."""
    ended: int = 0
    """Answers that have ended."""
    read_seconds: float = 0.0
    """Time of reading, since the start of the cell."""
    new_seconds: float = 0.0
    """Time of decoding, since the start of the cell."""
    steps: int = 0
    """Decoding steps of the batch: each gives one token to every answer that has not ended."""
    step_seconds: float = 0.0
    """Time of a step by the latest ones; a step of few answers takes less."""


class Meter:
    """Counts of a process; several threads may report."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._batch = Batch()
        self._activities: list[Activity] = []
        self._other_seconds = 0.0
        self._reported = clock()

    @contextmanager
    def doing(self, name: str) -> Iterator[Activity]:
        """Name what this process does; its time belongs to no token.

        Args:
            name: for people, e.g. `loading weights`; the innermost one is shown.
        """
        activity = Activity(name, self.clock())
        with self._lock:
            self._activities.append(activity)
        try:
            yield activity
        finally:
            with self._lock:
                self._activities.remove(activity)
                self._reported = self.clock()
                if not self._activities:
                    self._other_seconds += self._reported - activity.started

    def start_cell(self) -> None:
        """Begin a new count."""
        with self._lock:
            self._batch, self._other_seconds, self._reported = Batch(), 0.0, self.clock()

    def start_batch(self) -> None:
        """Forget the tokens of a batch that failed or has been completed."""
        with self._lock:
            old = self._batch
            self._batch = Batch(read_seconds=old.read_seconds, new_seconds=old.new_seconds)
            self._reported = self.clock()

    def add_read(self, tokens: int, rows: int) -> None:
        """Report that prompts of so many tokens together were read."""
        with self._lock:
            self._batch.read += tokens
            self._batch.rows += rows
            self._batch.read_seconds += self._since_report()

    def add_new(self, tokens: int, ended: int = 0) -> None:
        """Report new tokens, and the answers that ended with them."""
        with self._lock:
            batch, seconds = self._batch, self._since_report()
            batch.new += tokens
            batch.ended += ended
            batch.new_seconds += seconds
            weight = SMOOTHING if batch.steps else 1.0
            batch.step_seconds += weight * (seconds - batch.step_seconds)
            batch.steps += 1

    def complete(self, prompt_tokens: int, new_tokens: int) -> None:
        """Take a completion out of the batch: the cell counts it from now on."""
        with self._lock:
            batch = self._batch
            batch.read = max(0, batch.read - prompt_tokens)
            batch.new = max(0, batch.new - new_tokens)
            batch.rows, batch.ended = max(0, batch.rows - 1), max(0, batch.ended - 1)

    @property
    def batch(self) -> Batch:
        """A copy of the counts."""
        with self._lock:
            return replace(self._batch)

    @property
    def activity(self) -> tuple[str, float] | None:
        """The innermost activity and its seconds until now; None = nothing is named."""
        with self._lock:
            if not self._activities:
                return None
            innermost = self._activities[-1]
            return innermost.name, self.clock() - innermost.started

    @property
    def other_seconds(self) -> float:
        """Seconds of activities since the start of the cell, which no token took."""
        with self._lock:
            since = self._activities[0].started if self._activities else self.clock()
            return self._other_seconds + self.clock() - since

    def _since_report(self) -> float:
        now = self.clock()
        seconds, self._reported = now - self._reported, now
        return seconds


METER = Meter()
"""The meter of this process."""

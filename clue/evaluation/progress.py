"""Progress of a job: its cells, what each does now, samples, tokens, and seconds to go.

The job reports here and to the process's meter (`clue.common.meter`). Every view (the terminal,
the log, `clue status`) shows the numbers of `JobProgress.facts`.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Any

from clue.common.meter import METER, Meter
from clue.evaluation.estimate import Work
from clue.records import Completion, Prompt

if TYPE_CHECKING:  # `clue status` and --help import no cell
    from clue.evaluation.preflight import CellSize

GENERATING = "generating"
WAITING, RUNNING, ENDED = "waiting", "running", "ended"
"""States of a cell in the files of progress."""


@dataclass
class CellProgress:
    """A cell that is generated and scored; also any other list of prompts."""

    name: str
    meter: Meter = METER
    state: str = WAITING
    is_generating: bool = False
    prompt_tokens: int = 0
    """Of all prompts, by the check before the job; 0 = unknown."""
    prompts: int = 0
    """All samples."""
    limit: float = 0.0
    """Most tokens of an answer, mean over prompts."""
    stored: int = 0
    """Completions that were stored before."""
    stored_length: float | None = None
    samples: int = 0
    """New completions."""
    read: int = 0
    """Tokens of their prompts."""
    new: int = 0
    """Tokens of these completions."""
    started: float = 0.0
    generation_started: float | None = None
    earlier_costs: tuple[float, float] | None = None
    """Seconds of a token of a prompt and of a new one, in an earlier cell of the job."""
    generated: float = 0.0
    """Seconds of generation, once it has ended."""
    seconds: float = 0.0
    """Of the complete cell, once it has ended."""
    _timed: tuple[float, float] = (0.0, 0.0)

    def plan(self, rooms: Sequence[int], size: "CellSize") -> None:
        """Set the size of the cell.

        Args:
            rooms: most tokens of each answer with its thought, shape (n,).
            size: of the check before the job.
        """
        self.prompts, self.stored = size.samples, size.stored
        self.prompt_tokens = size.prompt_tokens
        self.limit = fmean(rooms) if rooms else 0.0

    @contextmanager
    def generating(self, new: int, prompts: Sequence[Prompt]) -> Iterator["CellProgress"]:
        """Time the generation of so many of the prompts."""
        self.prompts, self.stored = len(prompts), len(prompts) - new
        self.limit = self.limit or fmean(prompt.room for prompt in prompts)
        self.is_generating = True
        self.meter.start_cell()
        self.generation_started = self.meter.clock()
        try:
            yield self
        finally:
            self.generated = self._generating_seconds()
            batch = self.meter.batch
            self._timed = batch.read_seconds, batch.new_seconds
            self.is_generating, self.generation_started = False, None
            self.meter.start_cell()

    def add(self, completion: Completion) -> None:
        """Count a completion that is stored now."""
        self.meter.complete(completion.prompt_tokens, completion.all_tokens)
        self.samples += 1
        self.read += completion.prompt_tokens
        self.new += completion.all_tokens

    @property
    def work(self) -> Work:
        """The tokens to generate, and those that are done."""
        batch = self.meter.batch if self.generation_started is not None else None
        todo = self.prompts - self.stored
        timed = (batch.read_seconds, batch.new_seconds) if batch else self._timed
        return Work(
            samples=todo,
            prompt_tokens=self._prompt_tokens(todo),
            limit=self.limit,
            stored_length=self.stored_length,
            ended=self.samples + (batch.ended if batch else 0),
            rows=self.samples + (batch.rows if batch else 0),
            read=self.read + (batch.read if batch else 0),
            new=self.new + (batch.new if batch else 0),
            seconds=self._generating_seconds() if batch else self.generated,
            read_seconds=timed[0],
            new_seconds=timed[1],
            position=batch.steps if batch else 0,
            step_seconds=batch.step_seconds if batch else 0.0,
            earlier_costs=self.earlier_costs,
        )

    def _prompt_tokens(self, todo: int) -> float:
        if self.prompt_tokens:
            return self.prompt_tokens * todo / max(self.prompts, 1)
        return self.read / self.samples * todo if self.samples else 0.0

    def _generating_seconds(self) -> float:
        if self.generation_started is None:
            return self.generated
        return self.meter.clock() - self.generation_started - self.meter.other_seconds

    def facts(self, now: float) -> dict[str, Any]:
        """Returns the numbers of the cell for a file or a view; no text of a data set.

        Args:
            now: time of the meter's clock.
        """
        work = self.work
        length = work.expected_new
        return {
            "task": self.name,
            "state": self.state,
            "phase": GENERATING if self.is_generating else "",
            "samples": min(self.stored + work.ended, self.prompts),
            "of_samples": self.prompts,
            "tokens": round(work.read + work.new),
            "prompt_tokens": round(work.prompt_tokens),
            "of_tokens": None if length is None else round(work.prompt_tokens + length),
            "generating_seconds": work.seconds,
            "seconds": now - self.started if self.state == RUNNING else self.seconds,
            "seconds_left": work.seconds_left(),
            "at_most": work.most_seconds_left() if self.is_generating else None,
        }


@dataclass
class JobProgress:
    """The cells of a job; a thread may ask for its facts at any time."""

    meter: Meter = METER
    cells: dict[str, CellProgress] = field(default_factory=dict)
    _changed: float = field(default_factory=time.time)
    _latest: Any = None

    def expect(self, tasks: Sequence[str]) -> None:
        """Name the cells to come."""
        for task in tasks:
            self.cells.setdefault(task, CellProgress(task, self.meter))

    def plan(self, task: str, rooms: Sequence[int], size: "CellSize") -> None:
        """Set the size of a cell; see `CellProgress.plan`."""
        self.expect([task])
        self.cells[task].plan(rooms, size)

    def end(self, task: str) -> None:
        """Count a cell as ended, whatever became of it."""
        if task in self.cells:
            self.cells[task].state = ENDED

    @contextmanager
    def running(self, task: str) -> Iterator[CellProgress]:
        """Time a cell."""
        self.expect([task])
        cell = self.cells[task]
        cell.state, cell.started = RUNNING, self.meter.clock()
        cell.earlier_costs = self._costs()
        try:
            yield cell
        finally:
            cell.seconds = self.meter.clock() - cell.started
            cell.state = ENDED

    def facts(self) -> dict[str, Any]:
        """Returns the numbers of the job and its cells."""
        now = self.meter.clock()
        cells = [cell.facts(now) for cell in list(self.cells.values())]
        for cell, facts in zip(list(self.cells.values()), cells, strict=True):
            facts["seconds_left"] = self._seconds_left(cell, facts["seconds_left"])
            if cell.state == WAITING:
                facts["at_most"] = self._of_waiting(cell, cell.limit)
        activity = self.meter.activity
        counts = (activity and activity[0], [(c["state"], c["phase"], c["tokens"]) for c in cells])
        if counts != self._latest:
            self._latest, self._changed = counts, time.time()
        return {
            "activity": activity[0] if activity else None,
            "activity_seconds": activity[1] if activity else None,
            "changed": self._changed,
            "cells": cells,
        }

    def _seconds_left(self, cell: CellProgress, generating: float | None) -> float | None:
        """Seconds of generation and of what follows it; None = no estimate yet."""
        if cell.state == ENDED:
            return 0.0
        after = [other.seconds - other.generated for other in self._generated()]
        if cell.state == RUNNING and cell.generated:  # it is scored now
            scored = self.meter.clock() - cell.started - cell.generated
            return max(fmean(after) - scored, 0.0) if after else None
        if cell.state == WAITING:
            generating = self._of_waiting(cell, cell.stored_length)
        return None if generating is None else generating + (fmean(after) if after else 0.0)

    def _of_waiting(self, cell: CellProgress, length: float | None) -> float | None:
        """Seconds of generation of a cell that has not begun, at the speed of the others.

        The length of answers to another task says nothing: a task has the length of its kind.
        """
        todo = cell.prompts - cell.stored
        if not todo:
            return 0.0 if cell.prompts else None
        costs = self._costs()
        if costs is None or length is None:
            return None
        return costs[0] * cell.work.prompt_tokens + costs[1] * length * todo

    def _costs(self) -> tuple[float, float] | None:
        """Costs of tokens in the latest cell that was timed."""
        works = [cell.work for cell in self.cells.values()]
        return next((costs for work in reversed(works) if (costs := work.costs())), None)

    def _generated(self) -> list[CellProgress]:
        return [cell for cell in self.cells.values() if cell.state == ENDED and cell.generated]

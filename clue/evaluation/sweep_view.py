"""State of a sweep over all of its jobs, from their files; what every display shows.

The status of a cell is that of the job's outcomes. A job's file adds what its process does now.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.evaluation import outcome
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.evaluation.progress import ENDED, RUNNING, WAITING
from clue.store.progress_files import ProgressFile, ProgressFolder

FAILED, LOST = "failed", "lost"
"""States of a cell: it failed; its process is gone."""
STALLED_SECONDS = 120.0
"""A job is reported as stalled if nothing changed for so long."""


@dataclass(frozen=True)
class CellView:
    """A cell of a sweep."""

    model: str
    task: str
    prompt: str
    state: str
    """`waiting`, `running`, `ended`, `failed` or `lost`."""
    facts: Mapping[str, Any]
    """`clue.evaluation.progress.CellProgress.facts`; empty before its job has started."""

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>`."""
        return "/".join(filter(None, (self.model, self.task, self.prompt)))


@dataclass(frozen=True)
class JobView:
    """A job of a sweep."""

    number: int
    model: str
    prompt: str
    parameters: float | None
    """Billions; None = unknown."""
    cells: Sequence[CellView]
    file: ProgressFile
    state: str
    """`waiting`, `running`, `ended` or `lost`."""
    beat_age: float
    unchanged: float
    """Seconds since a count or an activity changed."""

    @property
    def activity(self) -> str:
        """Work of its process apart from generating; may be empty."""
        return str(self.file.content.get("activity") or "")

    @property
    def is_stalled(self) -> bool:
        """True if it runs and nothing changes."""
        return self.state == RUNNING and max(self.unchanged, self.beat_age) > STALLED_SECONDS


@dataclass(frozen=True)
class SweepView:
    """A sweep at one moment."""

    name: str
    command: str
    output: str
    started: float
    is_alive: bool
    """The command or one of its jobs runs."""
    is_orphaned: bool
    """Jobs run on after the command: nobody starts those that wait, or scores their answers."""
    at_once: int
    """Jobs that run at the same time, at most."""
    jobs: Sequence[JobView]
    now: float

    @property
    def cells(self) -> list[CellView]:
        """Cells of all jobs, in their order."""
        return [cell for job in self.jobs for cell in job.cells]

    @property
    def counts(self) -> Counter[str]:
        """Number of cells by state."""
        return Counter(cell.state for cell in self.cells)

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds until the last cell ends; None = no estimate yet."""
        return self._sum(at_most=False)

    @property
    def most_seconds_left(self) -> float | None:
        """Seconds if every answer without an estimate uses up its limit; None = unknown."""
        return self._sum(at_most=True)

    def _sum(self, *, at_most: bool) -> float | None:
        by_job = []
        for job in self.jobs:
            times = [self._seconds_of(job, cell, at_most=at_most) for cell in job.cells]
            known = [seconds for seconds in times if seconds is not None]
            if len(known) < len(times):
                return None
            by_job.append(sum(known))
        return max(sum(by_job) / max(self.at_once, 1), max(by_job, default=0.0))

    def _seconds_of(self, job: JobView, cell: CellView, *, at_most: bool) -> float | None:
        if cell.state not in (WAITING, RUNNING):
            return 0.0
        seconds: float | None = cell.facts.get("seconds_left")
        if seconds is None and cell.state == WAITING:
            seconds = self._like_others(job, cell)
        if seconds is None and at_most:
            most: float | None = cell.facts.get("at_most")
            return most
        return seconds

    def _like_others(self, job: JobView, cell: CellView) -> float | None:
        """Seconds of the same task in another job, in proportion to the size of the models."""
        for other in self.jobs:
            for twin in other.cells:
                if twin.task != cell.task or not twin.facts or other.number == job.number:
                    continue
                rest = twin.facts.get("seconds_left")
                seconds = float(twin.facts.get("seconds", 0.0))
                if not seconds or rest is None or twin.state not in (ENDED, RUNNING):
                    continue
                sizes = job.parameters, other.parameters
                scale = sizes[0] / sizes[1] if sizes[0] and sizes[1] else 1.0
                return float(scale * (seconds + rest))
        return None


def view(folder: ProgressFolder, now: float | None = None) -> SweepView:
    """Returns the state of a sweep.

    Args:
        folder: its files.
        now: unix time; none = the present.
    """
    now = time.time() if now is None else now
    file = folder.sweep()
    content = file.content
    output = Path(content.get("output", ""))
    jobs = folder.jobs()
    planned = {int(job["number"]): job for job in content.get("jobs", [])}
    in_sweep = bool(content.get("multirun"))

    def rows(number: int) -> list[Outcome]:
        job_output = output / str(number) if in_sweep else output
        return outcome.read(job_output / outcome.FILE) if output.name else []

    commands, works = file.is_alive(now), any(job.is_alive(now) for job in jobs.values())
    return SweepView(
        name=folder.path.name,
        command=str(content.get("command", "")),
        output=str(output),
        started=float(content.get("started", 0.0)),
        is_alive=commands or works,
        is_orphaned=works and not commands,
        at_once=int(content.get("at_once") or 1),
        jobs=[
            _job(number, planned.get(number, {}), jobs.get(number), rows(number), now)
            for number in sorted({*planned, *jobs})
        ],
        now=now,
    )


def _job(
    number: int,
    planned: Mapping[str, Any],
    file: ProgressFile | None,
    rows: Sequence[Outcome],
    now: float,
) -> JobView:
    content = {**planned, **(file.content if file else {})}
    state = WAITING if file is None else RUNNING if file.is_alive(now) else LOST
    if content.get("ended"):
        state = ENDED
    facts = {cell["task"]: cell for cell in content.get("cells", [])}
    finished = {row.task: row.status for row in rows if row.status != "running"}
    if NO_TASK in finished and not facts:
        facts = {NO_TASK: {}}
    tasks = dict.fromkeys([*content.get("tasks", []), *facts])
    model, prompt = str(content.get("model", "")), str(content.get("prompt", ""))
    cells = [
        CellView(model, task, prompt, _state(task, facts, finished, state), facts.get(task, {}))
        for task in tasks
    ]
    if state in (WAITING, LOST) and cells and all(cell.task in finished for cell in cells):
        state = ENDED
    times = [float(content.get(name, now)) for name in ("beat", "changed")]
    ages = [max(now - moment, 0.0) for moment in times]
    parameters = content.get("parameters")
    file = file or ProgressFile({})
    return JobView(number, model, prompt, parameters, cells, file, state, *ages)


def _state(
    task: str, facts: Mapping[str, Mapping[str, Any]], finished: Mapping[str, str], job: str
) -> str:
    if task in finished:
        return FAILED if finished[task] == "failed" else ENDED
    if job in (LOST, ENDED):
        return LOST
    return str(facts.get(task, {}).get("state", WAITING)) if job == RUNNING else WAITING


def running(sweep: SweepView, only: int | None = None) -> Iterator[tuple[int, JobView, CellView]]:
    """Yields the number of each running cell in the sweep, from 1, with its job and itself.

    Args:
        sweep: at one moment.
        only: number of a job; None = all.
    """
    number = 0
    for job in sweep.jobs:
        for cell in job.cells:
            number += 1
            if cell.state == job.state == RUNNING and only in (None, job.number):
                yield number, job, cell

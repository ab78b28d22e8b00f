"""Outcome of each cell of a job: one line per change, in a file that other processes read."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, explain_write_errors

Status = Literal["running", "planned", "done", "skipped", "too long", "failed", "generated"]
"""`generated`: stored but not scored (`generate_only`).
`too long`: not run, because a prompt exceeds the model's context (`on_overflow`)."""

FILE = "outcomes.jsonl"
"""Name of the file, in the folder of a job."""
NO_TASK = "-"
"""Task of an outcome that belongs to no single cell."""


@dataclass(frozen=True)
class Outcome:
    """One row of the closing table."""

    model: str
    task: str
    prompt: str
    status: Status
    n: int = 0
    """Scored samples; answers if they could not be scored yet."""
    score: float | None = None
    """Task score in points, 0 to 100."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """In points: means of the metrics that make the score and of the likeliest option, and
    statistics of all answers together (`set_metrics` of the task)."""
    marks: Sequence[str] = field(default_factory=list)
    """Marks of the answers and data: made up, fictional, cut by a limit (`clue.marks`)."""
    note: str = ""
    """Reason why the cell failed or was not run; of a scored cell, rows of the data that were left
    out and a warning about its answers."""
    job: str = ""
    """Digest of the job's configuration: levels are means within a job."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `clue.evaluation.dry_run.Plan`, in a dry run."""

    @classmethod
    def failed(
        cls, model: str, reason: str, *, task: str = NO_TASK, prompt: str = "-", job: str = ""
    ) -> "Outcome":
        """Returns the outcome of a cell that failed for this reason."""
        return cls(model, task, prompt, "failed", note=reason, job=job)


def append(path: Path, *outcomes: Outcome) -> None:
    """Append rows to a job's outcomes with a single write, which a kill cannot interrupt.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    with explain_write_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        with open(file, "ab", buffering=0) as lines:
            lines.write("".join(json.dumps(asdict(row)) + "\n" for row in outcomes).encode())


def read(path: Path) -> list[Outcome]:
    """Returns the newest row of each cell of a job; empty if the job wrote none.

    Ignores lines that a full disk cut short.
    """
    if not path.exists():
        return []
    rows = [row for line in path.read_bytes().splitlines() for row in _decode(line)]
    return list({(row.model, row.task, row.prompt): row for row in rows}.values())


def running(path: Path) -> list[Outcome]:
    """Returns the cells of a job that have not ended."""
    return [row for row in read(path) if row.status == "running"]


def read_final(path: Path, reason: str) -> list[Outcome]:
    """Read outcomes after the job's process ended: cells still running failed for this reason."""
    return [_fail(row, reason) if row.status == "running" else row for row in read(path)]


def fail_running(path: Path, reason: str) -> None:
    """Record that cells still running when their process ended failed for this reason."""
    unfinished = running(path)
    if unfinished:
        append(path, *(_fail(row, reason) for row in unfinished))


def _decode(line: bytes) -> list[Outcome]:
    try:
        return [Outcome(**json_text.parse(line))]
    except (ValueError, TypeError):
        return []


def _fail(row: Outcome, reason: str) -> Outcome:
    return Outcome.failed(row.model, reason, task=row.task, prompt=row.prompt, job=row.job)

"""What became of each cell of a job: a row per change, in a file that other processes read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from clue.common.atomic_write import explain_write_errors

Status = Literal["running", "planned", "done", "skipped", "too long", "failed", "generated"]
"""`generated`: stored and not scored (`generate_only`).
`too long`: not run, since a prompt does not fit the model's context (`on_overflow`)."""

FILE = "outcomes.jsonl"
"""Name of the file, in the folder of a job."""


@dataclass(frozen=True)
class Outcome:
    """One row of the closing table."""

    model: str
    task: str
    prompt: str
    status: Status
    n: int = 0
    """Scored samples; answers, where they could not be scored yet."""
    score: float | None = None
    """Task score in points, 0 to 100."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Means, in points, of the metrics that make the score."""
    note: str = ""
    """Why it failed or was not run."""
    job: str = ""
    """Digest of the job's configuration: levels are means within a job."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """Of a dry run: the fields of `clue.evaluation.dry_run.Plan`."""


def append(path: Path, *outcomes: Outcome) -> None:
    """Add rows to a job's outcomes, with one write, so that a kill tears none.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    with explain_write_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            file.write("".join(json.dumps(asdict(row)) + "\n" for row in outcomes).encode())


def read(path: Path) -> list[Outcome]:
    """The newest row of each of a job's cells; none if it ended before the first.

    A line that a full disk cut short is none.
    """
    if not path.exists():
        return []
    rows = [row for line in path.read_text().splitlines() for row in _whole(line)]
    return list({(row.model, row.task, row.prompt): row for row in rows}.values())


def running(path: Path) -> list[Outcome]:
    """Cells of a job that have not ended."""
    return [row for row in read(path) if row.status == "running"]


def settled(path: Path, reason: str) -> list[Outcome]:
    """As `read`, when the job's process has ended: what still ran failed, for this reason."""
    return [_ended(row, reason) if row.status == "running" else row for row in read(path)]


def settle(path: Path, reason: str) -> None:
    """Write down that cells which still ran when their process ended failed, for this reason."""
    left = running(path)
    if left:
        append(path, *(_ended(row, reason) for row in left))


def _whole(line: str) -> list[Outcome]:
    try:
        return [Outcome(**json.loads(line))]
    except (ValueError, TypeError):
        return []


def _ended(row: Outcome, reason: str) -> Outcome:
    return replace(row, status="failed", note=reason)

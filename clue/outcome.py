"""What became of each cell of a job, for the table at the end and the exit code."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["done", "skipped", "failed", "planned"]


@dataclass(frozen=True)
class Outcome:
    """One row of the closing table."""

    model: str
    task: str
    prompt: str
    status: Status
    n: int = 0
    """Scored samples."""
    score: float | None = None
    """Task score in points, 0 to 100."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Metric means in points."""
    note: str = ""
    """Why it failed or was skipped."""


def append(path: Path, outcome: Outcome) -> None:
    """Add a line to a job's outcomes; several processes may write to one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(asdict(outcome)) + os.linesep)


def read(path: Path) -> list[Outcome]:
    """The outcomes of a job; none if it ended before the first."""
    if not path.exists():
        return []
    return [Outcome(**json.loads(line)) for line in path.read_text().splitlines()]


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the closing table, scores in points; reasons stand below it, whole."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    table = Table(title="cells (scores in points, 0 to 100)")
    for name in ("model", "task", "prompt", "status"):
        table.add_column(name, overflow="fold")
    for name in ("n", "score"):
        table.add_column(name, justify="right")
    table.add_column("metrics")
    for row in outcomes:
        score = "-" if row.score is None else f"{row.score:.2f}"
        parts = ", ".join(f"{name} {value:.2f}" for name, value in row.metrics.items())
        table.add_row(row.model, row.task, row.prompt, row.status, str(row.n), score, parts)
    console.print(table)
    for row in outcomes:
        if row.note and row.status != "skipped":
            console.print(
                f"{row.status}: {row.model}/{row.task}: {row.note}", markup=False, soft_wrap=True
            )

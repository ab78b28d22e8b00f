"""What became of each cell of a job, for the table at the end and the exit code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clue.levels import composites

if TYPE_CHECKING:
    from rich.table import Table

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
    """Means, in points, of the metrics that make the score."""
    note: str = ""
    """Why it failed, or what is planned."""
    job: str = ""
    """Digest of the job's configuration: levels are means within a job."""


def append(path: Path, outcome: Outcome) -> None:
    """Add a line to a job's outcomes; several processes may write to one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(asdict(outcome)) + "\n")


def read(path: Path) -> list[Outcome]:
    """The outcomes of a job; none if it ended before the first."""
    if not path.exists():
        return []
    return [Outcome(**json.loads(line)) for line in path.read_text().splitlines()]


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the closing tables, scores in points; reasons stand below them, whole."""
    from rich.console import Console

    console = Console(soft_wrap=True)
    console.print(_cells(outcomes))
    levels = _levels(outcomes)
    if levels.row_count:
        console.print(levels)
    for row in outcomes:
        if row.note:
            console.print(
                f"{row.status}: {row.model}/{row.task}: {row.note}", markup=False, soft_wrap=True
            )


def _cells(outcomes: Sequence[Outcome]) -> "Table":
    """A row per cell; below it the metrics whose mean its score is, where they are several."""
    table = _table("cells (scores in points, 0 to 100)", ("model", "task", "prompt", "status"))
    for name in ("n", "score"):
        table.add_column(name, justify="right")
    for row in outcomes:
        table.add_row(row.model, row.task, row.prompt, row.status, str(row.n), _points(row.score))
        for name, value in row.metrics.items() if len(row.metrics) > 1 else ():
            table.add_row("", f"  {name}", "", "", "", _points(value), style="dim")
    return table


def _levels(outcomes: Sequence[Outcome]) -> "Table":
    """What each model's cells complete: LongHealth, the levels, overall."""
    from clue.tasks import study

    table = _table("levels (means of task scores, in points)", ("model", "prompt"))
    for name in study():
        table.add_column(name, justify="right")
    scores: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in outcomes:
        if row.score is not None:
            scores.setdefault((row.model, row.prompt, row.job), {})[row.task] = row.score
    for (*names, _), known in scores.items():
        found = composites(known, study())
        if found:
            table.add_row(*names, *(_points(found.get(name)) for name in study()))
    return table


def _table(title: str, names: Sequence[str]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.2f}"

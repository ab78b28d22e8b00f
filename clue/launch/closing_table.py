"""What a command says at its end: a table of all cells, levels, reasons; and `failed.jsonl`."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from clue.common import console
from clue.common.atomic_write import write_atomic
from clue.common.plural import counted
from clue.evaluation.outcome import Outcome, Status
from clue.task.levels import composites

if TYPE_CHECKING:
    from rich.table import Table

LABELS = 3
"""So many cells with the same reason are named, more are counted."""


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the closing tables, scores in points; reasons stand below them, whole and once."""
    count = Counter(row.status for row in outcomes)
    told = [f"{count[status]} {status}" for status in get_args(Status) if count[status]]
    for table in _tables(outcomes):
        if table.row_count:
            console.show(table, "")
    console.show(*reasons(outcomes), ", ".join(told))


def _tables(outcomes: Sequence[Outcome]) -> "Iterator[Table]":
    if any(row.plan for row in outcomes):
        from clue.launch.plan_table import plans

        yield from plans(outcomes)
    else:
        yield _cells(outcomes)
        yield _levels(outcomes)


def reasons(outcomes: Sequence[Outcome]) -> list[str]:
    """Why cells failed or were not run; a reason that several share is said once."""
    sharing: dict[tuple[str, str], list[Outcome]] = {}
    for row in outcomes:
        if row.note:
            sharing.setdefault((row.status, row.note), []).append(row)
    return [f"{status}: {_named(rows)}: {note}" for (status, note), rows in sharing.items()]


def write_failed(folder: Path, outcomes: Sequence[Outcome]) -> Path | None:
    """Write `failed.jsonl`, a line per failed cell; None and no file if none did."""
    path = folder / "failed.jsonl"
    rows = [asdict(row) for row in outcomes if row.status == "failed"]
    if not rows:
        path.unlink(missing_ok=True)
        return None
    kept = ("model", "task", "prompt", "note", "job")
    lines = [json.dumps({name: row[name] for name in kept}) + "\n" for row in rows]
    write_atomic(path, "".join(lines).encode())
    return path


def _named(rows: Sequence[Outcome]) -> str:
    if len(rows) <= LABELS:
        return ", ".join(f"{row.model}/{row.task}/{row.prompt}" for row in rows)
    parts = ((row.model for row in rows), (row.task for row in rows))
    models, tasks = (list(dict.fromkeys(names)) for names in parts)
    named = [", ".join(names) for names in (models, tasks) if len(names) <= LABELS]
    return counted(len(rows), "cell") + (f" of {' on '.join(named)}" if named else "")


def _cells(outcomes: Sequence[Outcome]) -> "Table":
    """A row per cell; below it the metrics whose mean its score is, where they are several."""
    table = console.table(
        ("model", "task", "prompt", "status"),
        ("n", "score"),
        "cells (scores in points, 0 to 100)",
    )
    for row in outcomes:
        table.add_row(row.model, row.task, row.prompt, row.status, str(row.n), _points(row.score))
        for name, value in row.metrics.items() if len(row.metrics) > 1 else ():
            table.add_row("", f"  {name}", "", "", "", _points(value), style="dim")
    return table


def _levels(outcomes: Sequence[Outcome]) -> "Table":
    """What each model's cells complete: LongHealth, the levels, overall."""
    from clue.task.task_files import study

    title = "levels (means of task scores, in points)"
    table = console.table(("model", "prompt"), list(study()), title)
    scores: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in outcomes:
        if row.score is not None:
            scores.setdefault((row.model, row.prompt, row.job), {})[row.task] = row.score
    for (*names, _), known in scores.items():
        found = composites(known, study())
        if found:
            table.add_row(*names, *(_points(found.get(name)) for name in study()))
    return table


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.2f}"

"""Closing table of a command: all cells, levels and reasons; and the file `failed.jsonl`."""

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
from clue.marks import Marks, described, meanings, union
from clue.task.levels import ScoreTree, composites

if TYPE_CHECKING:
    from rich.table import Table

MAX_LABELS = 3
"""Cells with the same reason are named up to this number, otherwise counted."""


def show(outcomes: Sequence[Outcome], tree: ScoreTree, at_once: int = 1) -> None:
    """Print the closing tables, scores in points; below them marks, and each reason once.

    Args:
        outcomes: of all cells of the command.
        tree: composite scores of the study.
        at_once: jobs that run at the same time, for the makespan of a dry run.
    """
    count = Counter(row.status for row in outcomes)
    counts = [f"{count[status]} {status}" for status in get_args(Status) if count[status]]
    for table in _tables(outcomes, tree):
        if table.row_count:
            console.show(table, "")
    console.show(*marks(outcomes), *reasons(outcomes), ", ".join(counts), *_sum(outcomes, at_once))


def _sum(outcomes: Sequence[Outcome], at_once: int) -> Iterator[str]:
    """Yields the sum of a dry run, the last line: it is seen below hundreds of cells."""
    if any(row.plan for row in outcomes):
        from clue.launch.plan_table import shard_plan, total

        shards = shard_plan(outcomes, at_once)
        if shards:
            yield shards
        yield total(outcomes)


def _tables(outcomes: Sequence[Outcome], tree: ScoreTree) -> "Iterator[Table]":
    if any(row.plan for row in outcomes):
        from clue.launch.plan_table import plan_tables

        yield from plan_tables(outcomes)
    else:
        yield _cells(outcomes)
        yield _levels(outcomes, tree)


def marks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yields a line on made-up answers, fictional data and limits behind the scores, if any."""
    of_models: dict[str, Marks] = {}
    for row in outcomes:
        if row.marks or row.score is not None:
            of_models[row.model] = union(of_models.get(row.model, ()), row.marks)
    text = described(of_models)
    if text:
        yield f"marked: {text}. {meanings(union(*of_models.values()))}"


def reasons(outcomes: Sequence[Outcome]) -> list[str]:
    """Explains why cells failed or were not run; a shared reason is printed once."""
    by_reason: dict[tuple[str, str], list[Outcome]] = {}
    for row in outcomes:
        if row.note:
            by_reason.setdefault((row.status, row.note), []).append(row)
    return [f"{status}: {_labels(rows)}: {note}" for (status, note), rows in by_reason.items()]


def write_failed(folder: Path, outcomes: Sequence[Outcome]) -> Path | None:
    """Write `failed.jsonl`, a line per failed cell; None and no file if no cell failed."""
    path = folder / "failed.jsonl"
    rows = [asdict(row) for row in outcomes if row.status == "failed"]
    if not rows:
        path.unlink(missing_ok=True)
        return None
    columns = ("model", "task", "prompt", "note", "job")
    lines = [json.dumps({name: row[name] for name in columns}) + "\n" for row in rows]
    write_atomic(path, "".join(lines).encode())
    return path


def _labels(rows: Sequence[Outcome]) -> str:
    if len(rows) <= MAX_LABELS:
        return ", ".join(f"{row.model}/{row.task}/{row.prompt}" for row in rows)
    parts = ((row.model for row in rows), (row.task for row in rows))
    models, tasks = (list(dict.fromkeys(names)) for names in parts)
    short = [", ".join(names) for names in (models, tasks) if len(names) <= MAX_LABELS]
    return counted(len(rows), "cell") + (f" of {' on '.join(short)}" if short else "")


def _cells(outcomes: Sequence[Outcome]) -> "Table":
    """A row per cell; below it its metrics if there are several."""
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


def _levels(outcomes: Sequence[Outcome], tree: ScoreTree) -> "Table":
    """Composite scores that each model's cells complete: LongHealth, the levels, overall."""
    title = "levels (means of task scores, in points)"
    table = console.table(("model", "prompt"), list(tree.composites), title)
    scores: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in outcomes:
        if row.score is not None:
            scores.setdefault((row.model, row.prompt, row.job), {})[row.task] = row.score
    for (*names, _), task_scores in scores.items():
        levels = composites(task_scores, tree)
        if levels:
            table.add_row(*names, *(_points(levels.get(name)) for name in tree.composites))
    return table


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.2f}"

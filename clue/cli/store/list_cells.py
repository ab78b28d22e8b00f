"""`python -m clue store list`: cells, finished, partial, failed."""

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from clue.common import console
from clue.store.generations import Generation, generations
from clue.store.records_table import read_table

HELP = "list cells: finished, partial, failed, running"

State = Literal["finished", "failed", "running", "partial"]
STATES: Mapping[str, State] = {"RUNNING": "running", "FAILED": "failed"}
"""What the status of a cell's newest run says where there is no newer table; else it is partial."""


@dataclass(frozen=True)
class Row:
    """A cell, or a generation that no cell has finished with yet."""

    task: str
    model: str
    prompt: str
    """Name of the prompt setting; empty until a table says it."""
    state: State
    n: int
    """Records of a finished cell, else stored completions."""
    fingerprint: str
    run_id: str
    """The cell's MLflow run; empty if it is not known here."""
    bytes: int
    """Of the table of a finished cell, else of the generation's folder."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="a JSON array instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print a row per cell."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    found = rows(mlruns)
    if arguments.json:
        print(json.dumps([asdict(row) for row in found], indent=1))
    else:
        _print(found)
    return 0


def rows(mlruns: Path) -> list[Row]:
    """A row per finished cell, and one per generation with nothing finished since its last run.

    Raises:
        StoreError: there is no such store, or a table of it is damaged.
    """
    runs = _runs(mlruns)
    return [row for found in generations(mlruns) for row in _of(found, runs)]


def _of(found: Generation, runs: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    run_id, status = runs.get(found.fingerprint, ("", ""))
    tables = found.tables()
    for path in tables:
        table = read_table(path)
        facts = table.facts
        yield Row(
            task=found.task,
            model=found.model,
            prompt=facts.get("prompt", ""),
            state="finished",
            n=len(table.records),
            fingerprint=found.fingerprint,
            run_id=facts.get("run_id", ""),
            bytes=path.stat().st_size,
        )
    if not tables or status in STATES:
        yield Row(
            task=found.task,
            model=found.model,
            prompt="",
            state=STATES.get(status, "partial"),
            n=len(found.store.completions()),
            fingerprint=found.fingerprint,
            run_id=run_id,
            bytes=found.bytes(),
        )


def _runs(mlruns: Path) -> dict[str, tuple[str, str]]:
    """Id and status of the newest run of each generation, by its folder's name."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if uri is None and not (mlruns / "mlflow.db").exists():
        return {}
    from clue.tracking.tracker import Tracker

    newest_first = Tracker(uri, "clue", mlruns).cells()
    return {
        run.data.tags["clue.fingerprint"][:16]: (run.info.run_id, run.info.status)
        for run in reversed(newest_first)
    }


def _print(found: list[Row]) -> None:
    names = ("task", "model", "prompt", "state", "fingerprint", "run")
    table = console.table(names, ("n", "KiB"))
    for row in found:
        size = f"{row.bytes / 1024:.0f}"
        names = (row.task, row.model, row.prompt, row.state, row.fingerprint, row.run_id[:8])
        table.add_row(*names, str(row.n), size)
    console.show(table)

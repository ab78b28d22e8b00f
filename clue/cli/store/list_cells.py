"""`python -m clue store list`: list cells that are finished, partial, failed or running."""

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
"""State by the status of a cell's newest run, if it has no newer table; otherwise `partial`."""


@dataclass(frozen=True)
class ListedCell:
    """A finished cell, or a generation without a finished cell."""

    task: str
    model: str
    prompt: str
    """Name of the prompt setting; empty if there is no table."""
    state: State
    n: int
    """Records of a finished cell, otherwise stored completions."""
    fingerprint: str
    run_id: str
    """The cell's MLflow run; empty if it is unknown."""
    bytes: int
    """Size of the table of a finished cell, otherwise of the generation's folder."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="a JSON array instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print a row per cell."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    cells = listed_cells(mlruns)
    if arguments.json:
        print(json.dumps([asdict(cell) for cell in cells], indent=1))
    else:
        _print(cells)
    return 0


def listed_cells(mlruns: Path) -> list[ListedCell]:
    """Returns every finished cell, and every generation whose newest run has not finished.

    Raises:
        StoreError: there is no such store, its format is newer than this version, or a table of it
            is damaged.
    """
    stored = list(generations(mlruns))  # first: MLflow writes to a store that it opens
    runs = _runs(mlruns)
    return [cell for generation in stored for cell in _cells(generation, runs)]


def _cells(generation: Generation, runs: Mapping[str, tuple[str, str]]) -> Iterator[ListedCell]:
    run_id, status = runs.get(generation.fingerprint, ("", ""))
    tables = generation.tables()
    for path in tables:
        table = read_table(path)
        facts = table.facts
        yield ListedCell(
            task=generation.task,
            model=generation.model,
            prompt=facts.get("prompt", ""),
            state="finished",
            n=len(table.records),
            fingerprint=generation.fingerprint,
            run_id=facts.get("run_id", ""),
            bytes=path.stat().st_size,
        )
    if not tables or status in STATES:
        yield ListedCell(
            task=generation.task,
            model=generation.model,
            prompt="",
            state=STATES.get(status, "partial"),
            n=len(generation.store.completions()),
            fingerprint=generation.fingerprint,
            run_id=run_id,
            bytes=generation.bytes(),
        )


def _runs(mlruns: Path) -> dict[str, tuple[str, str]]:
    """Returns id and status of the newest run of each generation, by the name of its folder."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if uri is None and not (mlruns / "mlflow.db").exists():
        return {}
    from clue.tracking.tracker import Tracker

    newest_first = Tracker(uri, "clue", mlruns).cells()
    return {
        run.data.tags["clue.fingerprint"][:16]: (run.info.run_id, run.info.status)
        for run in reversed(newest_first)
    }


def _print(cells: list[ListedCell]) -> None:
    names = ("task", "model", "prompt", "state", "fingerprint", "run")
    table = console.table(names, ("n", "KiB"))
    for cell in cells:
        size = f"{cell.bytes / 1024:.0f}"
        names = (cell.task, cell.model, cell.prompt, cell.state, cell.fingerprint, cell.run_id[:8])
        table.add_row(*names, str(cell.n), size)
    console.show(table)

"""Show what runs on a store, from another terminal or machine.

    clue status
    clue status --mlruns DIR --watch 10
    clue status --json

Only reads, and waits for nothing. Exit code: 0 if all is well, also if nothing runs; 4 if a sweep
is stalled, has lost a job or was killed, also while jobs of it run on; 1 after an error.
"""

import argparse
import json
import time
from collections.abc import Iterator
from typing import Any

from clue.common.amounts import duration
from clue.common.cli import Command
from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.common.plural import counted
from clue.config.folders import ROOT
from clue.errors import ConfigError
from clue.evaluation import progress_text
from clue.evaluation.progress import RUNNING, WAITING
from clue.evaluation.sweep_view import FAILED, LOST, CellView, SweepView, running, view
from clue.store.progress_files import folders

WELL, TROUBLE = 0, 4
"""Exit codes."""
MOST_LISTED = 20
"""Waiting, failed or lost cells that are named."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--watch", type=float, metavar="SECONDS", help="repeat until no sweep runs, or Ctrl-C"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the state of every sweep; returns the exit code.

    Raises:
        ConfigError: there is no such folder.
    """
    mlruns = absolute_path(arguments.mlruns)
    if not mlruns.is_dir():
        raise ConfigError(f"{mlruns} does not exist; name a store with --mlruns DIR")
    while True:
        sweeps = [view(folder) for folder in folders(mlruns)]
        if arguments.json:
            print_lines(json.dumps({"store": str(mlruns), "sweeps": list(map(_facts, sweeps))}))
        else:
            print_lines(*_lines(sweeps, str(mlruns)))
        if not arguments.watch or not any(sweep.is_alive for sweep in sweeps):
            return _code(sweeps)
        time.sleep(arguments.watch)


def _code(sweeps: list[SweepView]) -> int:
    alive = [sweep for sweep in sweeps if sweep.is_alive]
    jobs = [job for sweep in alive for job in sweep.jobs]
    is_bad = len(alive) < len(sweeps) or any(sweep.is_orphaned for sweep in alive)
    is_bad |= any(job.is_stalled or job.state == LOST for job in jobs)
    return TROUBLE if is_bad else WELL


def _lines(sweeps: list[SweepView], store: str) -> Iterator[str]:
    if not any(sweep.is_alive for sweep in sweeps):
        yield f"{store}: nothing runs"
    for sweep in sweeps:
        age = duration(max(sweep.now - sweep.started, 0.0))
        if sweep.is_alive:
            yield f"{sweep.command or sweep.name} (since {age})"
            yield f"  {progress_text.sweep_text(sweep)}"
            yield from _running(sweep)
            if sweep.is_orphaned:
                yield (
                    "  its command is gone (killed?), and these jobs run on without it: when they "
                    "have ended, run the same command again to continue"
                )
        else:
            yield f"{sweep.command or sweep.name} (begun {age} ago)"
            yield f"  its process is gone (killed?): {progress_text.sweep_text(sweep)}"
            yield "  what it generated is stored: run the same command again to continue"
        for state in (WAITING, FAILED, LOST):
            cells = [cell for cell in sweep.cells if cell.state == state]
            if cells:
                yield f"  {state}: {_names(cells)}"


def _running(sweep: SweepView) -> Iterator[str]:
    for entry in running(sweep):
        yield f"  {progress_text.cell_text(sweep, *entry)}"
    for job in progress_text.between_cells(sweep):
        trouble = f", {progress_text.stalled(job)}" if job.is_stalled else ""
        activity = progress_text.doing(job) or "between cells"
        yield f"  {progress_text.job_name(job)}: {activity}{trouble}"


def _names(cells: list[CellView]) -> str:
    names = [cell.name for cell in cells[:MOST_LISTED]]
    more = len(cells) - len(names)
    return ", ".join(names) + (f" and {counted(more, 'more cell')}" if more else "")


def _facts(sweep: SweepView) -> dict[str, Any]:
    return {
        "name": sweep.name,
        "command": sweep.command,
        "started": sweep.started,
        "alive": sweep.is_alive,
        "orphaned": sweep.is_orphaned,
        "cells": len(sweep.cells),
        "counts": dict(sweep.counts),
        "seconds_left": sweep.seconds_left,
        "jobs": [
            {
                **{"number": job.number, "model": job.model, "prompt": job.prompt},
                **{"state": job.state, "activity": job.activity or None},
                "stalled": job.is_stalled,
                "seconds_since_heartbeat": job.beat_age if job.state == RUNNING else None,
                "cells": [
                    {**cell.facts, "task": cell.task, "state": cell.state} for cell in job.cells
                ],
            }
            for job in sweep.jobs
        ],
    }


main = Command("clue status", __doc__, add, run)

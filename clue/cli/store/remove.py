"""`python -m clue store remove`: remove a trial, its tables, answers and MLflow runs.

A cell that counts in a declared study is refused; answers that its tables need stay. MLflow runs
are marked as deleted and can be restored.
"""

import argparse
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from clue.cli.store.arguments import add_data, add_fingerprint, paths_of, store_of, stored_cell
from clue.cli.store.cell_runs import cell_runs, tracker_of
from clue.cli.store.removal import Removal, generation_of, removal
from clue.common.console import print_lines
from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.annotations import Annotations
from clue.store.generations import stored_addresses
from clue.store.stored_tables import stored_tables
from clue.study.stored_studies import StoredStudies, stored_studies

URI = "MLFLOW_TRACKING_URI"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_fingerprint(parser)
    add_data(parser)
    parser.add_argument("--yes", action="store_true", help="remove them")


def run(arguments: argparse.Namespace) -> int:
    """List or remove the parts of a trial."""
    mlruns = store_of(arguments)
    cell = stored_cell(arguments.fingerprint, mlruns)
    tracker = tracker_of(mlruns)
    if not arguments.yes:
        plan = removal(cell, mlruns, _studies(arguments, mlruns), cell_runs(tracker))
        print_lines("\n".join(plan.lines()))
        print_lines(f"{plan.size} could be removed with --yes")
        return 0
    with generation_of(cell, mlruns).store.locked(wait=False):
        plan = removal(cell, mlruns, _studies(arguments, mlruns), cell_runs(tracker))
        if tracker:
            for (
                entry
            ) in plan.runs:  # before the files: if the tracking store fails, all of it stays
                tracker.delete_run(entry.run_id)
        plan.carry_out()
    _forget(plan, mlruns)
    print_lines("\n".join([*plan.lines(), f"{plan.size} removed", *_restoring(plan, mlruns)]))
    return 0


def _studies(arguments: argparse.Namespace, mlruns: Path) -> StoredStudies:
    """The store in every study.

    Raises:
        StoreError: a study cannot be used, so that its cells are not known.
    """
    chosen = annotations_file.read(mlruns).chosen
    studies = stored_studies(stored_tables(mlruns), paths_of(arguments), chosen)
    if studies.problems:
        raise StoreError(
            "nothing is removed, since a study that cannot be used may need it: "
            f"{'; '.join(studies.warnings())}. Correct or remove its file in conf/study"
        )
    return studies


def _forget(plan: Removal, mlruns: Path) -> None:
    """Remove the choices and notes on cells that are gone."""
    addresses = [
        *stored_addresses(mlruns, tables=False),
        *stored_addresses(mlruns, tables=True),
    ]

    def without(annotations: Annotations) -> Annotations:
        return annotations.without(plan.addresses, addresses)

    annotations_file.update(mlruns, without)


def _restoring(plan: Removal, mlruns: Path) -> Iterator[str]:
    """Commands that restore the runs."""
    database = f"sqlite:///{mlruns / 'mlflow.db'}"
    local = "" if os.environ.get(URI) else f"{URI}={shlex.quote(database)} "
    for entry in plan.runs:
        command = f"{local}mlflow runs restore --run-id {entry.run_id}"
        yield f"To restore the run, without the files: {command}"

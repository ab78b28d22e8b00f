"""`python -m clue store relocate`: correct the artifact addresses of a moved store.

MLflow keeps absolute addresses of artifacts in its database, so a moved store shows runs without
their files.
"""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.common.plural import counted
from clue.errors import StoreError
from clue.store.format import check_format


def add(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(arguments: argparse.Namespace) -> int:
    """Correct the addresses and print their number."""
    mlruns = absolute_path(arguments.mlruns)
    moved = counted(relocate(mlruns), "address now points", "addresses now point")
    print_lines(f"{moved} to {mlruns / 'artifacts'}")
    return 0


def relocate(mlruns: Path) -> int:
    """Correct the addresses of the store's former folder; returns their number.

    Raises:
        StoreError: there is no database, it cannot be written, or the store's format is newer than
            this version.
    """
    check_format(mlruns)
    path = mlruns / "mlflow.db"
    if not path.is_file():
        raise StoreError(
            f"there is no {path}; give the store with --mlruns <folder> (a tracking server keeps "
            "its own addresses)"
        )
    here = (mlruns / "artifacts").as_uri()
    try:
        with closing(sqlite3.connect(path)) as database, database:
            return sum(_move(database, *row, here) for row in _elsewhere(database, here))
    except sqlite3.Error as error:
        raise StoreError(
            f"{path} cannot be changed: {error}. Stop the programs that use it, then run the same "
            "command again."
        ) from error


def _elsewhere(database: sqlite3.Connection, here: str) -> list[tuple[int, str]]:
    """Returns id and address of the experiments whose artifacts are in another folder."""
    rows = database.execute("SELECT experiment_id, artifact_location FROM experiments").fetchall()
    return [
        (experiment, address)
        for experiment, address in rows
        if address.startswith("file:") and address.endswith("/artifacts") and address != here
    ]


def _move(database: sqlite3.Connection, experiment: int, before: str, here: str) -> int:
    """Change the addresses of an experiment and its runs; returns their number."""
    runs = database.execute(
        "UPDATE runs SET artifact_uri = ? || substr(artifact_uri, ?) "
        "WHERE experiment_id = ? AND substr(artifact_uri, 1, ?) = ?",
        (here, len(before) + 1, experiment, len(before) + 1, f"{before}/"),
    ).rowcount
    database.execute(
        "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (here, experiment)
    )
    return runs + 1

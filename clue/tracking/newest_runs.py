"""Status of the newest runs in a tracking store that is a file, read without MLflow.

A job whose cells are all finished needs nothing else of MLflow, whose import and queries take
longer than the rest of such a job. Whatever is unusual is left to `clue.tracking.tracker`.
"""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from clue.tracking.database import database_file
from clue.tracking.experiment import outdated_tags

Identity = tuple[str, str]
"""Tag and value by which a run is found."""

EXPERIMENT = (
    "SELECT experiment_id, artifact_location FROM experiments "
    "WHERE name = ? AND lifecycle_stage = 'active'"
)
RUNNING = (
    "SELECT 1 FROM runs WHERE experiment_id = ? AND lifecycle_stage = 'active' "
    "AND status = 'RUNNING' LIMIT 1"
)
NEWEST_LAST = (
    "SELECT tags.key, tags.value, runs.status FROM tags JOIN runs ON runs.run_uuid = tags.run_uuid "
    "WHERE runs.experiment_id = ? AND runs.lifecycle_stage = 'active' "
    "AND tags.key = ? AND tags.value = ? "
    "ORDER BY runs.start_time, runs.run_uuid DESC"
)
"""In the order of MLflow's search, reversed."""


def store_file(uri: str | None, mlruns: Path) -> Path | None:
    """Returns the file of a tracking store, None if it is a server; without a URI the local one."""
    return database_file(uri) if uri else mlruns.resolve() / "mlflow.db"


def newest_statuses(
    uri: str | None, experiment: str, mlruns: Path, identities: Collection[Identity]
) -> Mapping[Identity, str] | None:
    """Returns the status of the newest run of each identity that has one.

    None if MLflow must be asked: the store is a server, cannot be read, has runs that may have lost
    their process, or opening it would write or warn of something.

    Args:
        uri: of the tracking store; None = the file in `mlruns`.
        experiment: its name.
        mlruns: folder of the store.
        identities: of the runs.
    """
    path = store_file(uri, mlruns)
    if path is None:
        return None
    artifacts = None if uri else mlruns.resolve() / "artifacts"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            number = _settled_experiment(database, experiment, artifacts)
            if number is None:
                return None
            rows = (
                row
                for identity in identities
                for row in database.execute(NEWEST_LAST, [number, *identity])
            )
            return {(key, value): status for key, value, status in rows}
    except sqlite3.Error:  # no such file, locked, damaged, or tables of another MLflow
        return None


def _settled_experiment(
    database: sqlite3.Connection, name: str, artifacts: Path | None
) -> int | None:
    """Returns the number of the experiment; None if the tracker has something to do with it."""
    experiment = database.execute(EXPERIMENT, [name]).fetchone()
    if experiment is None:
        return None
    number, location = experiment
    is_moved = artifacts is not None and location != artifacts.as_uri()
    query = "SELECT key, value FROM experiment_tags WHERE experiment_id = ?"
    tags = dict(database.execute(query, [number]).fetchall())
    if is_moved or outdated_tags(str(number), tags):
        return None
    return None if database.execute(RUNNING, [number]).fetchone() else int(number)

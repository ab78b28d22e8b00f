"""Creation of an MLflow database in a file: complete or not there, also after a kill.

MLflow creates its tables by hundreds of statements in several transactions. A process that is
killed between them leaves a database that MLflow can neither use nor complete.
"""

import fcntl
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from clue.common.atomic_write import PRIVATE
from clue.errors import TrackingError
from clue.store.addresses import DIGITS

log = logging.getLogger(__name__)

LOCK = ".initialise.lock"
UNFINISHED = ".unfinished"
"""Ending of a database that is being created; the next process under the lock replaces it."""
INCOMPLETE = ".incomplete-"
"""Ending, before the time, of a half-made database that was put aside."""


def database_file(uri: str) -> Path | None:
    """Returns the file of a tracking store; None: the store is a server or in memory."""
    scheme, _, name = uri.partition("?")[0].partition(":///")
    in_file = scheme == "sqlite" and name not in ("", ":memory:")
    return Path(name) if in_file else None


def devices_of_runs(path: Path) -> dict[str, frozenset[str]]:
    """Returns the devices of the runs in a database by the first digits of their fingerprint.

    Reads the file without MLflow, whose import takes seconds; empty if that is impossible.
    """
    query = (
        "SELECT substr(f.value, 1, ?), d.value FROM tags f JOIN tags d ON f.run_uuid = d.run_uuid "
        "WHERE f.key = 'clue.fingerprint' AND d.key = 'clue.device'"
    )
    devices: dict[str, frozenset[str]] = {}
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            for fingerprint, device in database.execute(query, [DIGITS]):
                devices[fingerprint] = devices.get(fingerprint, frozenset()) | {device}
    except sqlite3.Error:
        return {}
    return devices


@contextmanager
def initialisation_lock(folder: Path) -> Iterator[None]:
    """Lock a store for one process; the end of the process releases it, too."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_database(path: Path, artifacts: Path) -> None:
    """Create a database if there is none; put a half-made one aside. Call it under the lock.

    Args:
        path: file of the database.
        artifacts: folder of the artifacts of MLflow's default experiment, which this project does
            not use.

    Raises:
        TrackingError: the path is no file.
    """
    if path.exists() and not path.is_file():
        raise TrackingError(
            f"{path} is the place of MLflow's database, but is no file; move it to another place, "
            "then run the same command again"
        )
    if path.exists() and is_half_made(path):
        aside = path.with_name(f"{path.name}{INCOMPLETE}{time.strftime('%Y%m%dT%H%M%S')}")
        path.rename(aside)
        log.warning(
            "%s was not complete, because the process that created it was stopped; it holds no "
            "run and is now %s. A new database is created",
            path,
            aside.name,
        )
    if not path.exists():
        _create(path, artifacts)


def is_half_made(path: Path) -> bool:
    """Tests if a database has neither an experiment nor a run: its creation was not completed.

    MLflow adds its default experiment in the last step. A database with runs whose upgrade was
    interrupted is no such case: MLflow reports it.
    """
    try:
        with closing(sqlite3.connect(path)) as database:  # rolls an open transaction back
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            return not any(
                database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
                for table in ("experiments", "runs")
                if table in tables
            )
    except sqlite3.DatabaseError:  # locked, damaged or no database: MLflow reports it
        return False


def _create(path: Path, artifacts: Path) -> None:
    """Create a database under another name and move it to its place."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    part = path.with_name(f"{path.name}{UNFINISHED}")
    for leftover in (part, part.with_name(f"{part.name}-journal")):
        leftover.unlink(missing_ok=True)
    part.touch(mode=PRIVATE)
    store = SqlAlchemyStore(f"sqlite:///{part}", artifacts.as_uri())  # type: ignore[no-untyped-call]
    store.engine.dispose()  # the file is opened again under its own name
    part.rename(path)

"""Creation of the database: after a kill the next command can use the store."""

import logging
import multiprocessing
import os
import shutil
import signal
import sqlite3
from pathlib import Path

import mlflow
import pytest

from clue.errors import TrackingError
from clue.tracking.database import database_file, ensure_database, is_half_made
from clue.tracking.tracker import Tracker


def _kill_at(statement: int) -> None:
    """Kill this process at its n-th SQL statement."""
    from sqlalchemy import Engine, event

    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _(*_: object) -> None:
        nonlocal count
        count += 1
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)


def _create_killed(folder: str, statement: int) -> None:
    _kill_at(statement)
    Tracker(None, "clue", Path(folder))


def _create_in_place_killed(folder: str, statement: int) -> None:
    """Create the database in its place, as earlier versions did."""
    _kill_at(statement)
    mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db").search_experiments()


def _killed(target: object, folder: Path, statement: int) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clue.tracking.tracker"])
    process = context.Process(target=target, args=(str(folder), statement))  # type: ignore[arg-type]
    process.start()
    process.join(300)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_creation_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    for statement in (2, 400):
        _killed(_create_killed, tmp_path, statement)
        assert not (tmp_path / "mlflow.db").exists()
    assert Tracker(None, "clue", tmp_path).cells() == []
    assert not list(tmp_path.glob("mlflow.db?*"))


@pytest.mark.slow
def test_a_half_made_database_is_put_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _killed(_create_in_place_killed, tmp_path, 400)
    assert is_half_made(tmp_path / "mlflow.db")
    with caplog.at_level(logging.WARNING):
        assert Tracker(None, "clue", tmp_path).cells() == []
    (aside,) = tmp_path.glob("mlflow.db.incomplete-*")
    assert f"it holds no run and is now {aside.name}" in caplog.text


def test_a_complete_database_is_kept(fresh_store: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(fresh_store / "mlflow.db", tmp_path))
    before = path.read_bytes()
    ensure_database(path, tmp_path)
    assert path.read_bytes() == before


def test_a_database_with_runs_is_never_put_aside(fresh_store: Path, tmp_path: Path) -> None:
    """An interrupted upgrade may have moved the experiments to a temporary table."""
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE runs (run_uuid TEXT)")
        assert is_half_made(path)
        database.execute("INSERT INTO runs VALUES ('1')")
    assert not is_half_made(path)


def test_an_empty_file_is_half_made_and_another_file_is_not(tmp_path: Path) -> None:
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.touch()
    other.write_text("no database, but long enough to be read as one")
    assert is_half_made(empty)
    assert not is_half_made(other)


def test_a_folder_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").mkdir()
    with pytest.raises(TrackingError, match=r"mlflow.db is the place .* is no file"):
        Tracker(None, "clue", tmp_path)


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:////store/mlflow.db", Path("/store/mlflow.db")),
        ("sqlite:///mlflow.db?timeout=3", Path("mlflow.db")),
        ("sqlite:///:memory:", None),
        ("sqlite://", None),
        ("http://localhost:5000", None),
        ("postgresql://host/name", None),
    ],
)
def test_the_file_of_a_tracking_store(uri: str, file: Path | None) -> None:
    assert database_file(uri) == file

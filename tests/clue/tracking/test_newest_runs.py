"""Statuses that are read without MLflow are those that MLflow tells, or None."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest

from clue.tracking.newest_runs import newest_statuses
from clue.tracking.tracker import Tracker

CELL = ("clue.cell", "a")


def statuses(mlruns: Path, uri: str | None = None) -> dict[tuple[str, str], str] | None:
    read = newest_statuses(uri, "clue", mlruns, [CELL, ("clue.cell", "b")])
    return None if read is None else dict(read)


def add(tracker: Tracker, start: int, status: str, name: str = "a") -> str:
    client = mlflow.MlflowClient(tracker.uri)
    run = client.create_run(tracker.experiment_id, start_time=start, tags={"clue.cell": name})
    client.set_terminated(run.info.run_id, status)
    return str(run.info.run_id)


@pytest.fixture
def tracker(mlruns: Path) -> Tracker:
    return Tracker(None, "clue", mlruns)


@pytest.mark.parametrize("newest", ["FINISHED", "FAILED", "KILLED"])
def test_the_newest_run_counts_and_not_the_last_written(
    tracker: Tracker, mlruns: Path, newest: str
) -> None:
    add(tracker, 200, newest)
    add(tracker, 100, "FINISHED" if newest != "FINISHED" else "FAILED")
    assert tracker.latest(*CELL).info.status == newest
    assert statuses(mlruns) == {CELL: newest}


def test_of_runs_that_began_at_once_the_one_counts_that_mlflow_names(
    tracker: Tracker, mlruns: Path
) -> None:
    for status in ("FINISHED", "FAILED") * 4:
        add(tracker, 100, status)
    assert statuses(mlruns) == {CELL: tracker.latest(*CELL).info.status}


def test_a_deleted_run_does_not_count(tracker: Tracker, mlruns: Path) -> None:
    run = add(tracker, 100, "FINISHED")
    assert statuses(mlruns) == {CELL: "FINISHED"}
    tracker.delete_run(run)
    assert statuses(mlruns) == {}


def test_a_run_of_another_experiment_does_not_count(tracker: Tracker, mlruns: Path) -> None:
    add(Tracker(None, "another", mlruns), 100, "FINISHED")
    assert statuses(mlruns) == {}


def leave_running(tracker: Tracker) -> None:
    mlflow.MlflowClient(tracker.uri).create_run(tracker.experiment_id)


def delete_experiment(tracker: Tracker) -> None:
    mlflow.MlflowClient(tracker.uri).delete_experiment(tracker.experiment_id)


def change_views(tracker: Tracker) -> None:
    client = mlflow.MlflowClient(tracker.uri)
    client.set_experiment_tag(tracker.experiment_id, "mlflow.experimentKind", "of an older version")


def move(tracker: Tracker) -> None:
    with sqlite3.connect(tracker.mlruns / "mlflow.db") as database:
        database.execute("UPDATE experiments SET artifact_location = 'file:///elsewhere'")


def damage(tracker: Tracker) -> None:
    (tracker.mlruns / "mlflow.db").write_bytes(b"no database")


def remove(tracker: Tracker) -> None:
    (tracker.mlruns / "mlflow.db").unlink()


@pytest.mark.parametrize(
    "change", [leave_running, delete_experiment, change_views, move, damage, remove]
)
def test_mlflow_is_asked_where_it_has_something_to_do(
    tracker: Tracker, mlruns: Path, change: Callable[[Tracker], None]
) -> None:
    add(tracker, 100, "FINISHED")
    assert statuses(mlruns) == {CELL: "FINISHED"}
    change(tracker)
    assert statuses(mlruns) is None
    assert (mlruns / "mlflow.db").exists() == (change is not remove)


def test_a_server_is_asked_and_a_file_by_its_address_is_read(
    tracker: Tracker, mlruns: Path
) -> None:
    add(tracker, 100, "FINISHED")
    assert statuses(mlruns, "http://127.0.0.1:1") is None
    assert statuses(mlruns.parent, f"sqlite:///{mlruns}/mlflow.db") == {CELL: "FINISHED"}

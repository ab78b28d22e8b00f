import multiprocessing
import socket
from pathlib import Path
from typing import Any

import mlflow
import pytest

from clue.errors import Terminated, TrackingError
from clue.tracking.tracker import Tracker

IDENTITY = ("clue.cell", "abc")


@pytest.fixture
def tracker(mlruns: Path) -> Tracker:
    return Tracker(None, "clue", mlruns)


def status(tracker: Tracker) -> str:
    newest = tracker.latest(*IDENTITY)
    assert newest is not None
    return str(newest.info.status)


def test_artifacts_lie_in_the_store(tracker: Tracker, mlruns: Path) -> None:
    with tracker.run("cell", IDENTITY, {}, "cmd") as opened:
        tracker.log_tags({"a": "b"})
    run = mlflow.MlflowClient(tracker.uri).get_run(opened.run_id)
    assert run.info.artifact_uri.startswith((mlruns / "artifacts").as_uri())
    assert run.info.experiment_id == tracker.experiment_id


def test_a_run_ends_as_its_block(tracker: Tracker) -> None:
    with tracker.run("cell", IDENTITY, {}, "cmd"):
        assert status(tracker) == "RUNNING"
    assert status(tracker) == "FINISHED"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError, "FAILED"),
        (KeyboardInterrupt, "KILLED"),
        (Terminated, "KILLED"),
        (SystemExit, "KILLED"),
    ],
)
def test_an_unfinished_run_is_reopened(
    tracker: Tracker, error: type[BaseException], expected: str
) -> None:
    with pytest.raises(error), tracker.run("cell", IDENTITY, {}, "cmd") as first:
        raise error
    assert status(tracker) == expected
    with tracker.run("cell", IDENTITY, {}, "cmd") as second:
        pass
    assert second.run_id == first.run_id
    with tracker.run("cell", IDENTITY, {}, "cmd") as third:
        pass
    assert third.run_id != first.run_id


def test_a_run_left_by_a_dead_process_is_closed(tracker: Tracker, mlruns: Path) -> None:
    client = mlflow.MlflowClient(tracker.uri)
    tags = {"clue.host": socket.gethostname(), "clue.pid": "1", "clue.process_start": "5.0"}
    dead = client.create_run(tracker.experiment_id, tags=tags)
    other = client.create_run(tracker.experiment_id, tags={**tags, "clue.host": "elsewhere"})
    with tracker.run("cell", IDENTITY, {}, "cmd") as living:
        Tracker(None, "clue", mlruns)
        runs = (dead.info.run_id, other.info.run_id, living.run_id)
        found = [client.get_run(run_id).info.status for run_id in runs]
    assert found == ["KILLED", "RUNNING", "RUNNING"]


def test_a_run_that_its_process_finished_before_it_died_stays_finished(
    tracker: Tracker, mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends the run after another one has listed it as running, and is killed then."""
    client = mlflow.MlflowClient(tracker.uri)
    tags = {"clue.host": socket.gethostname(), "clue.pid": "1", "clue.process_start": "5.0"}
    run = client.create_run(tracker.experiment_id, tags=tags)

    def finishes_and_dies(tags: dict[str, str]) -> bool:
        client.set_terminated(run.info.run_id, "FINISHED")
        return False

    monkeypatch.setattr("clue.tracking.tracker.is_alive", finishes_and_dies)
    Tracker(None, "clue", mlruns)
    assert client.get_run(run.info.run_id).info.status == "FINISHED"


def test_a_run_is_recognised_from_its_creation_on(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    for name in ("set_tag", "set_tags"):  # what a process that dies at once has not done
        monkeypatch.setattr(mlflow, name, killed)
    with tracker.run("cell", IDENTITY, {"clue.kind": "cell"}, "cmd"):
        newest = tracker.latest(*IDENTITY)
    assert newest is not None
    assert newest.data.tags.keys() >= {"clue.kind", "clue.host", "clue.pid", "clue.process_start"}


def test_a_failed_part_fails_the_run(tracker: Tracker) -> None:
    with tracker.run("cell", IDENTITY, {}, "cmd") as opened:
        opened.failed = True
    assert status(tracker) == "FAILED"


def test_cells_are_nested_below_the_job(tracker: Tracker) -> None:
    with (
        tracker.run("job", ("clue.job", "j"), {}, "cmd") as parent,
        tracker.run("cell", IDENTITY, {}, "cmd"),
    ):
        pass
    newest = tracker.latest(*IDENTITY)
    assert newest is not None
    assert newest.data.tags["mlflow.parentRunId"] == parent.run_id


def test_a_dead_server_says_what_is_kept(tmp_path: Path) -> None:
    with pytest.raises(TrackingError) as caught:
        Tracker("http://user:secret@127.0.0.1:9", "clue", tmp_path)
    message = str(caught.value)
    assert "http://127.0.0.1:9 fails" in message
    assert str(tmp_path / "cells") in message
    assert "secret" not in message


def test_a_deleted_experiment_says_how_to_restore_it(tracker: Tracker, mlruns: Path) -> None:
    mlflow.MlflowClient(tracker.uri).delete_experiment(tracker.experiment_id)
    with pytest.raises(TrackingError, match=r"experiments restore --experiment-id \d+"):
        Tracker(None, "clue", mlruns)


def test_a_database_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database, but long enough to be read as one")
    with pytest.raises(TrackingError, match=r"mlflow.db fails: .*not a database"):
        Tracker(None, "clue", tmp_path)


def _open(folder: str, number: int, queue: Any) -> None:
    tracker = Tracker(None, "clue", Path(folder))
    for part in range(3):
        job, cell = ("clue.job", f"{number}/{part}"), ("clue.cell", f"{number}/{part}")
        with tracker.run("job", job, {"n": number}, "cmd"), tracker.run("cell", cell, {}, "cmd"):
            tracker.log_metrics({f"m{i}": number for i in range(8)})
            tracker.log_files([{"text": "x"}], {"config.yaml": f"n: {number}"})
    queue.put(tracker.experiment_id)


@pytest.mark.slow
def test_eight_processes_on_a_fresh_store_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clue.tracking.tracker"])  # imported once, not eight times
    queue = context.Queue()
    writers = [context.Process(target=_open, args=(str(tmp_path), n, queue)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(240)
    assert [writer.exitcode for writer in writers] == [0] * 8
    (experiment,) = {queue.get(timeout=5) for _ in writers}
    runs = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db").search_runs([experiment])
    assert [run.info.status for run in runs] == ["FINISHED"] * 8 * 3 * 2
    numbers = {run.info.run_id: int(run.data.tags["n"]) for run in runs if "n" in run.data.tags}
    cells = [run for run in runs if "clue.cell" in run.data.tags]
    assert sorted(run.data.tags["clue.cell"] for run in cells) == sorted(
        f"{number}/{part}" for number in range(8) for part in range(3)
    )
    for run in cells:
        number = numbers[run.data.tags["mlflow.parentRunId"]]
        assert run.data.tags["clue.cell"].startswith(f"{number}/")
        assert set(run.data.metrics.values()) == {number}
        folder = Path(run.info.artifact_uri.removeprefix("file://"))
        assert (folder / "config.yaml").read_text() == f"n: {number}"

"""The tracking store fails during the night: no answer is lost, and generating goes on."""

import errno
import os
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from clue.errors import Terminated, TrackingError
from clue.launch.worker import run_job
from clue.task.levels import composites
from clue.tracking.tracker import Tracker
from tests import postgres
from tests.clue.faulty import act_after, done, job_request, lines, run_beside, statuses

FAILED = {"mednli": "failed", "longhealth1": "failed"}
DONE = {"mednli": "done", "longhealth1": "done"}
SKIPPED = {"mednli": "skipped", "longhealth1": "skipped"}


@pytest.fixture
def lock(mlruns: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the database, for which MLflow waits a moment, not 20 s."""

    def shorter(*given: Any) -> tuple[str, Any]:
        _, _, statement, parameters, *_ = given
        return statement.replace("busy_timeout = 20000", "busy_timeout = 20"), parameters

    event.listen(Engine, "before_cursor_execute", shorter, retval=True, named=False)
    connection = sqlite3.connect(mlruns / "mlflow.db", isolation_level=None)
    yield connection
    connection.close()
    event.remove(Engine, "before_cursor_execute", shorter)


def runs(mlruns: Path, kind: str) -> list[mlflow.entities.Run]:
    tracker = Tracker(None, "clue", mlruns)
    return tracker._search(f"tags.`clue.kind` = '{kind}'")


def test_a_database_that_is_locked_in_the_middle_of_a_cell_costs_scores_and_no_answer(
    mlruns: Path,
    data: Path,
    lock: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    night = job_request(mlruns, data)
    act_after(monkeypatch, lambda: lock.execute("BEGIN EXCLUSIVE"))
    rows = done(night)
    assert statuses(rows) == {**FAILED, "-": "failed"}  # the last is the job's own run
    assert "database is locked" in rows["mednli"].note
    assert "it generates nothing twice" in rows["longhealth1"].note
    assert "Traceback" not in caplog.text
    assert (lines(mlruns, "mednli"), lines(mlruns, "longhealth1")) == (6, 45)
    lock.execute("ROLLBACK")
    assert statuses(done(night)) == DONE
    assert (lines(mlruns, "mednli"), lines(mlruns, "longhealth1")) == (6, 45)
    assert {run.info.status for run in runs(mlruns, "cell")} == {"FINISHED"}


def test_the_next_jobs_of_a_sweep_generate_where_the_store_answered_before(
    mlruns: Path, data: Path, lock: sqlite3.Connection
) -> None:
    first, second = (
        job_request(mlruns, data),
        job_request(mlruns, data, "model=llama2_7b", "force=true"),
    )
    assert statuses(done(first)) == DONE
    lock.execute("BEGIN EXCLUSIVE")
    rows = run_beside(second, 1)
    assert statuses(rows) == FAILED
    assert "database is locked" in rows["mednli"].note
    assert [row.n for row in rows.values()] == [6, 45]
    assert lines(mlruns, "longhealth1") == 2 * 45
    lock.execute("ROLLBACK")


def test_a_store_that_never_answered_stops_a_job_before_anything_is_generated(
    mlruns: Path, data: Path, lock: sqlite3.Connection
) -> None:
    lock.execute("BEGIN EXCLUSIVE")
    assert statuses(done(job_request(mlruns, data))) == FAILED
    assert lines(mlruns, "mednli") == 0
    lock.execute("ROLLBACK")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Terminated])
def test_a_dead_store_does_not_swallow_a_stop(
    mlruns: Path,
    data: Path,
    lock: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    stop: type[BaseException],
) -> None:
    def fault() -> None:
        lock.execute("BEGIN EXCLUSIVE")
        raise stop

    act_after(monkeypatch, fault)
    with pytest.raises(stop):
        run_job(job_request(mlruns, data))
    assert (lines(mlruns, "mednli"), lines(mlruns, "longhealth1")) == (3, 0)
    lock.execute("ROLLBACK")


def test_cells_that_are_done_stay_done_where_the_last_step_of_their_job_fails(
    mlruns: Path, data: Path, lock: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locking(*given: Any) -> Any:
        lock.execute("BEGIN EXCLUSIVE")
        return composites(*given)

    night = job_request(mlruns, data)
    monkeypatch.setattr("clue.evaluation.run.composites", locking)
    rows = done(night)
    assert statuses(rows) == {**DONE, "-": "failed"}
    assert "database is locked" in rows["-"].note
    lock.execute("ROLLBACK")
    monkeypatch.setattr("clue.evaluation.run.composites", composites)
    assert statuses(done(night)) == SKIPPED
    (run,) = runs(mlruns, "job")
    assert run.info.status == "FINISHED"
    assert run.data.metrics.keys() == {"mednli_score", "longhealth1_score"}


def test_what_answers_in_the_place_of_a_tracking_server_is_said_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-OpenSSH\r\n")
            connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(TrackingError, match=r"fails: .*SSH.* check tracking.uri"):
            Tracker(address, "clue", tmp_path)
        thread.join(10)


@pytest.fixture
def server(fresh_store: Path, tmp_path: Path) -> Iterator[tuple[str, Callable[[int], None]]]:
    """An MLflow server: its address, and what sends a signal to all of its processes."""
    shutil.copy(fresh_store / "mlflow.db", tmp_path / "server.db")
    port = postgres.free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--workers", "1"),
        *("--artifacts-destination", str(tmp_path / "served")),
    ]
    address = f"http://127.0.0.1:{port}"
    with (
        (tmp_path / "server.log").open("w") as said,
        postgres.stopped_at_the_end(
            command, stdout=said, stderr=said, start_new_session=True
        ) as process,
    ):
        postgres.wait(process, lambda: urllib.request.urlopen(f"{address}/health", timeout=2))
        yield address, lambda number: os.killpg(process.pid, number)
        os.killpg(process.pid, signal.SIGCONT)


@pytest.mark.slow
def test_a_server_that_stops_answering_in_the_middle_of_a_cell_costs_scores_and_no_answer(
    mlruns: Path,
    data: Path,
    server: tuple[str, Callable[[int], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, send = server

    def stop() -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        send(signal.SIGSTOP)

    night = job_request(mlruns, data, f"tracking.uri={address}", "tracking.experiment=night")
    act_after(monkeypatch, stop)
    rows = done(night)
    assert statuses(rows) == {**FAILED, "-": "failed"}  # the last is the job's own run
    assert f"the tracking store {address} fails" in rows["mednli"].note
    assert (lines(mlruns, "mednli"), lines(mlruns, "longhealth1")) == (6, 45)
    send(signal.SIGCONT)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    assert statuses(done(night)) == DONE
    assert (lines(mlruns, "mednli"), lines(mlruns, "longhealth1")) == (6, 45)


def test_a_full_disk_at_the_files_of_a_run_names_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    tracker = Tracker(None, "clue", tmp_path)
    monkeypatch.setattr("mlflow.log_artifacts", full)
    with (
        pytest.raises(TrackingError, match=r"cannot write to .*artifacts: No space left on device"),
        tracker.run("cell", ("clue.cell", "aaaa"), {}, "command"),
    ):
        tracker.log_files([{"n": 1}], {"config.yaml": "limit: 1"})

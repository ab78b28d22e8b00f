"""Damaged files, vanished data, a moved store: what is made again, and what is not."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import mlflow
import pytest

from clue.backends.fake import FakeBackend
from clue.errors import Terminated
from clue.launch.worker import run_job
from clue.metrics import accuracy
from clue.task import mednli
from tests import tiny
from tests.clue.faulty import act_after, done, job_request, lines, statuses
from tests.test_run import runs, tables

DONE = {"mednli": "done", "longhealth1": "done"}
SKIPPED = {"mednli": "skipped", "longhealth1": "skipped"}
QUOTED = "Patient 1 has a swollen knee."


@pytest.fixture
def finished(mlruns: Path, data: Path) -> Path:
    """A store with two finished cells."""
    assert statuses(done(job_request(mlruns, data))) == DONE
    return mlruns


def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the backend fail if anything is asked."""
    monkeypatch.setattr(FakeBackend, "generate", lambda *_: iter([1 / 0]))


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_damaged_table_is_made_anew_from_what_is_stored(
    finished: Path,
    data: Path,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (path,) = finished.glob("cells/mednli/*/*/records-*.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    silent(monkeypatch)
    assert statuses(done(job_request(finished, data))) == {**SKIPPED, "mednli": "done"}
    assert f"{path} is damaged" in caplog.text
    assert len(tables(finished)) == 2
    assert statuses(done(job_request(finished, data))) == SKIPPED


def test_a_damaged_line_fails_its_cell_alone_and_costs_its_sample_alone(
    mlruns: Path, data: Path
) -> None:
    done(job_request(mlruns, data, "limit=4"))
    (path,) = mlruns.glob("cells/mednli/*/*/completions.jsonl")
    ids = [json.loads(line)["sample_id"] for line in path.read_text().splitlines()]
    path.write_bytes(path.read_bytes().replace(ids[1].encode(), b"mednli-x"))
    rows = done(job_request(mlruns, data))
    assert statuses(rows) == {**DONE, "mednli": "failed"}
    assert "line 2 is damaged" in rows["mednli"].note
    (remedy,) = re.findall("`(sed .*)`", rows["mednli"].note)
    subprocess.run(remedy, shell=True, check=True)
    assert statuses(done(job_request(mlruns, data))) == {**SKIPPED, "mednli": "done"}
    made = [json.loads(line)["sample_id"] for line in path.read_text().splitlines()]
    assert made[:3] == [ids[0], ids[2], ids[3]]
    assert ids[1] in made[3:]
    assert len(made) == 6


def test_data_that_vanish_fail_their_cell_alone(mlruns: Path, tmp_path: Path) -> None:
    data = tiny.study(tmp_path / "data")
    (data / "mednli" / "mli_test_v1.jsonl").unlink()
    rows = done(job_request(mlruns, data))
    assert statuses(rows) == {"mednli": "failed", "longhealth1": "done"}
    assert "mli_test_v1.jsonl" in rows["mednli"].note


def test_data_that_cannot_be_read_fail_their_cell_alone(
    mlruns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.study(tmp_path / "data")  # samples of other data are cached in this process

    def refused(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(mednli, "read", refused)
    rows = done(job_request(mlruns, data, "prompt=zero_shot"))
    assert statuses(rows) == {"mednli": "failed", "longhealth1": "done"}
    assert "Permission denied" in rows["mednli"].note


def test_a_moved_store_is_finished_where_it_is_now(
    finished: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(finished, moved)
    silent(monkeypatch)
    assert statuses(done(job_request(moved, data))) == SKIPPED


def test_a_run_that_was_deleted_is_logged_again_from_what_is_stored(
    finished: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = [run for run in runs(finished) if run.data.tags["clue.task"] == "mednli"]
    mlflow.MlflowClient(f"sqlite:///{finished}/mlflow.db").delete_run(run.info.run_id)
    silent(monkeypatch)
    assert statuses(done(job_request(finished, data))) == {**SKIPPED, "mednli": "done"}
    assert len(runs(finished)) == 2


def test_a_lost_database_is_made_again_from_the_cells_alone(
    finished: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished / "cells", tmp_path / "saved" / "cells")
    silent(monkeypatch)
    assert statuses(done(job_request(tmp_path / "saved", data))) == DONE
    assert len(runs(tmp_path / "saved")) == 2


def test_a_stopped_force_goes_on_without_it_and_what_it_had_not_reached_stays(
    finished: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise Terminated

    with monkeypatch.context() as patched:
        act_after(patched, stop)
        with pytest.raises(Terminated):
            run_job(job_request(finished, data, "force=true"))
    assert (lines(finished, "mednli"), lines(finished, "longhealth1")) == (3, 45)
    assert len(list(finished.glob("cells/mednli/*/*/completions.*.jsonl"))) == 1
    assert statuses(done(job_request(finished, data))) == {**SKIPPED, "mednli": "done"}
    assert lines(finished, "mednli") == 6


def test_a_failing_scorer_keeps_the_answers_and_quotes_no_credentialed_text(
    mlruns: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def quoting(*given: Any) -> Any:
        raise ValueError(f"cannot score {QUOTED!r}")

    monkeypatch.setattr(accuracy, "score", quoting)
    rows = done(job_request(mlruns, data))
    assert statuses(rows) == {"mednli": "failed", "longhealth1": "failed"}
    assert rows["mednli"].note.startswith("ValueError in ")
    assert QUOTED in rows["longhealth1"].note  # its data are open
    (said,) = [row.getMessage() for row in caplog.records if "mednli failed" in row.getMessage()]
    assert "in quoting" in said
    assert QUOTED not in said + rows["mednli"].note
    assert lines(mlruns, "mednli") == 6

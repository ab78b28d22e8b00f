"""A finished cell is skipped, and the file with its settings is mended."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest

from clue import evaluate
from clue.cli.store.parser import main as store_command
from clue.data.registry import DEMO
from clue.store.generations import generations
from clue.task import mednli
from clue.tracking.processes import process_tags
from clue.tracking.tracker import Tracker


@pytest.mark.parametrize("content", [None, b"", b'{"task": "another"}'])
def test_the_settings_of_a_finished_cell_are_written_again(
    mlruns: Path, content: bytes | None
) -> None:
    settings = {"backend": "fake", "paths.data": "demo", "paths.mlruns": str(mlruns), "limit": 2}
    evaluate("llama2_7b", "mednli", settings)
    (generation,) = generations(mlruns)
    before = generation.description.read_bytes()
    generation.description.unlink()
    if content is not None:
        generation.description.write_bytes(content)
    assert store_command(["verify", "--mlruns", str(mlruns)]) == 1
    (outcome,) = evaluate("llama2_7b", "mednli", settings)
    assert outcome.status == "skipped"
    assert generation.description.read_bytes() == before
    assert store_command(["verify", "--mlruns", str(mlruns)]) == 0


def _settings(mlruns: Path, **more: str) -> dict[str, object]:
    return {"backend": "fake", "paths.data": "demo", "paths.mlruns": str(mlruns), "limit": 2} | more


def test_a_finished_job_imports_no_mlflow(mlruns: Path) -> None:
    evaluate("llama2_7b", ["mednli", "meqsum"], _settings(mlruns))
    words = [f"{key}={value}" for key, value in _settings(mlruns).items()]
    words += ["model=llama2_7b", "task=[mednli,meqsum]"]
    code = (
        "import sys; from clue.cli.run import main; code = main(sys.argv[1:]); "
        "sys.exit(code or 'mlflow' in sys.modules)"
    )
    command = [sys.executable, "-c", code, *words]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.endswith("2 skipped\n"), result.stderr
    assert result.returncode == 0


def _delete_run(mlruns: Path) -> None:
    tracker = Tracker(None, "clue", mlruns)
    (run,) = tracker.cells()
    tracker.delete_run(run.info.run_id)


def _fail_run(mlruns: Path) -> None:
    with sqlite3.connect(mlruns / "mlflow.db") as database:
        database.execute("UPDATE runs SET status = 'FAILED'")


def _remove_table(mlruns: Path) -> None:
    (table,) = mlruns.rglob("records-*.parquet")
    table.unlink()


def _change_data(mlruns: Path) -> None:
    path = mlruns.parent / "data" / "mednli" / "mli_test_v1.jsonl"
    path.write_text(path.read_text().replace("patient", "person"))


def _nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_nothing, "skipped"),
        (_delete_run, "done"),
        (_fail_run, "done"),
        (_remove_table, "done"),
        (_change_data, "done"),
    ],
)
def test_a_cell_is_run_again_if_anything_of_it_is_gone_or_changed(
    mlruns: Path, change: Callable[[Path], None], status: str
) -> None:
    data = shutil.copytree(DEMO, mlruns.parent / "data")
    settings = _settings(mlruns, **{"paths.data": str(data)})
    evaluate("llama2_7b", "mednli", settings)
    change(mlruns)
    (outcome,) = evaluate("llama2_7b", "mednli", settings)
    assert outcome.status == status


def test_answers_that_another_version_read_are_read_again(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate("llama2_7b", "mednli", _settings(mlruns))
    monkeypatch.setitem(mednli.VERSIONS, "parse", mednli.VERSIONS["parse"] + 1)
    (outcome,) = evaluate("llama2_7b", "mednli", _settings(mlruns))
    assert outcome.status == "done"


def test_a_run_that_lost_its_process_is_closed_also_if_every_cell_is_finished(
    mlruns: Path,
) -> None:
    evaluate("llama2_7b", "mednli", _settings(mlruns))
    tracker = Tracker(None, "clue", mlruns)
    client = mlflow.MlflowClient(tracker.uri)
    left = client.create_run(tracker.experiment_id, tags=process_tags() | {"clue.pid": "999999999"})
    (outcome,) = evaluate("llama2_7b", "mednli", _settings(mlruns))
    assert outcome.status == "skipped"
    assert client.get_run(left.info.run_id).info.status == "KILLED"

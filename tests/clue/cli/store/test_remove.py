"""`clue store remove`: trials go, with their runs; what a study needs stays, and so do others."""

import subprocess
import sys
from pathlib import Path

import pytest

from clue.cli.study.parser import main as study_main
from clue.errors import TrackingError
from clue.store import annotations_file
from clue.store.completions import CellStore
from clue.store.stored_tables import read_facts
from clue.tracking.tracker import Tracker
from tests.clue.cli.store.stores import BASE, KEY, STUDY, command, fitting, write_studies


@pytest.fixture(autouse=True)
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY})


@pytest.fixture
def counting(mlruns: Path) -> Path:
    """The table of a cell that counts; its generation has a short trial too."""
    path = fitting(mlruns, KEY)
    fitting(mlruns, KEY, size=2, limit=2)
    return path


def trial(mlruns: Path) -> Path:
    """The table of a generation without a table that counts."""
    return fitting(mlruns, BASE, size=3, limit=3, backend={"build": "other"})


def run_of(mlruns: Path, table: Path, model: str) -> str:
    """Id of a finished run of a table."""
    facts = read_facts(table).facts
    tags = {
        "clue.kind": "cell",
        "clue.fingerprint": facts["fingerprint"],
        "clue.model": model,
    }
    with Tracker(None, "clue", mlruns).run("x", ("clue.cell", facts["id"]), tags, "c") as opened:
        return opened.run_id


def runs(mlruns: Path) -> list[str]:
    return [run.info.run_id for run in Tracker(None, "clue", mlruns).cells()]


def files(mlruns: Path) -> set[str]:
    return {str(path.relative_to(mlruns)) for path in mlruns.glob("cells/**/*") if path.is_file()}


def test_a_trial_is_listed_first_and_removed_with_yes(
    mlruns: Path, counting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = trial(mlruns)
    own, other = run_of(mlruns, table, BASE.model), run_of(mlruns, counting, KEY.model)
    before = files(mlruns)
    assert command(mlruns, "remove", table.parent.name[:6]) == 0
    listed = capsys.readouterr().out
    assert f"{table}\n" in listed
    assert f"MLflow run {own} (FINISHED)" in listed
    assert "3 stored answers" in listed
    assert "could be removed with --yes" in listed
    assert (files(mlruns), set(runs(mlruns))) == (before, {own, other})
    assert command(mlruns, "remove", table.parent.name[:6], "--yes") == 0
    assert not table.parent.exists()
    assert files(mlruns) == {name for name in before if table.parent.name not in name}
    assert runs(mlruns) == [other]


def test_the_printed_command_restores_the_run(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = trial(mlruns)
    run_id = run_of(mlruns, table, BASE.model)
    command(mlruns, "remove", table.parent.name, "--yes")
    assert runs(mlruns) == []
    last = capsys.readouterr().out.splitlines()[-1].split(": ", 1)[1]
    assert last.endswith(f"mlflow runs restore --run-id {run_id}")
    line = last.replace("mlflow runs", f"{sys.executable} -m mlflow runs")
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert runs(mlruns) == [run_id]


def test_a_cell_that_counts_is_refused_with_its_study(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = fitting(mlruns, KEY)
    assert command(mlruns, "remove", path.parent.name, "--yes") == 1
    assert "it counts in the study tiny" in capsys.readouterr().err
    assert path.exists()


def test_only_the_trial_of_a_generation_goes_and_the_answers_stay(
    mlruns: Path, counting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = sorted(counting.parent.glob("records-*.parquet"))
    (short,) = (path for path in tables if path != counting)
    own, other = run_of(mlruns, short, KEY.model), run_of(mlruns, counting, KEY.model)
    answers = (counting.parent / "completions.jsonl").read_bytes()
    assert command(mlruns, "remove", f"{counting.parent.name}/{counting.stem[8:]}", "--yes") == 1
    assert command(mlruns, "remove", counting.parent.name, "--yes") == 0
    assert f"{counting.name} and the answers stay: it counts" in capsys.readouterr().out
    assert sorted(counting.parent.glob("records-*.parquet")) == [counting]
    assert (counting.parent / "completions.jsonl").read_bytes() == answers
    assert runs(mlruns) == [other]
    assert own != other


def test_one_table_is_removed_by_its_id(mlruns: Path) -> None:
    first = trial(mlruns)
    second = fitting(mlruns, BASE, size=2, limit=2, backend={"build": "other"})
    assert first.parent == second.parent
    assert command(mlruns, "remove", f"{first.parent.name}/{first.stem[8:14]}", "--yes") == 0
    assert not first.exists()
    assert second.exists()
    assert (first.parent / "completions.jsonl").exists()


def test_cells_between_which_nobody_has_chosen_are_refused(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [fitting(mlruns, KEY, number / 4, backend={"build": f"{number}"}) for number in (1, 2)]
    assert command(mlruns, "remove", paths[0].parent.name, "--yes") == 1
    assert "choose one first: python -m clue store use" in capsys.readouterr().err
    assert command(mlruns, "use", paths[1].parent.name) == 0
    assert command(mlruns, "remove", paths[0].parent.name, "--yes") == 0
    assert not paths[0].exists()


def test_a_cell_that_another_process_writes_is_refused(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = trial(mlruns)
    run_of(mlruns, table, BASE.model)
    with CellStore(table.parent).locked():
        assert command(mlruns, "remove", table.parent.name, "--yes") == 1
    assert f"is working on {table.parent}; nothing was changed" in capsys.readouterr().err
    assert table.exists()
    assert len(runs(mlruns)) == 1


def test_nothing_goes_if_the_tracking_store_fails(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = trial(mlruns)
    run_of(mlruns, table, BASE.model)

    def fail(tracker: Tracker, run_id: str) -> None:
        raise TrackingError("it does not answer")

    monkeypatch.setattr(Tracker, "delete_run", fail)
    assert command(mlruns, "remove", table.parent.name, "--yes") == 1
    assert table.exists()


def test_notes_on_what_is_removed_go_too(mlruns: Path, counting: Path) -> None:
    table = trial(mlruns)
    command(mlruns, "note", table.parent.name, "goes")
    command(mlruns, "note", counting.parent.name, "stays")
    command(mlruns, "remove", table.parent.name, "--yes")
    assert [note.text for note in annotations_file.read(mlruns).notes.values()] == ["stays"]


def test_an_unfinished_generation_is_removed(mlruns: Path, counting: Path) -> None:
    folder = mlruns / "cells" / "meqsum" / "other" / ("0" * 16)
    with CellStore(folder).locked():
        CellStore(folder).describe({})
    assert command(mlruns, "remove", "0000", "--yes") == 0
    assert not folder.exists()


def test_nothing_is_removed_while_a_study_cannot_be_used(
    mlruns: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = trial(mlruns)
    broken = STUDY.replace("meditron7b", "nobody")
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY, "broken": broken})
    assert command(mlruns, "remove", table.parent.name, "--yes") == 1
    assert "study broken is left out" in capsys.readouterr().err
    assert table.exists()


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_cells_of_a_frozen_study_stay_when_its_file_changes_or_goes(
    mlruns: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: str,
) -> None:
    path = fitting(mlruns, KEY)
    arguments = ["--mlruns", str(mlruns), "--data", "demo"]
    assert study_main(["freeze", "tiny", *arguments]) == 0
    other = STUDY.replace("name: tiny", "name: other").replace("[fake]", "[vllm]")
    files_now = {"other": other}
    if change == "changed":
        files_now["tiny"] = STUDY.replace("[fake]", "[vllm]")
    else:
        (tmp_path / "conf" / "study" / "tiny.yaml").unlink()
    write_studies(tmp_path / "conf", monkeypatch, files_now)
    assert command(mlruns, "remove", path.parent.name, "--yes") == 1
    assert "the frozen study tiny names meditron7b on meqsum" in capsys.readouterr().err
    assert path.exists()

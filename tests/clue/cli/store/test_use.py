"""`clue store use` and `note`: people decide between cells that fit, and say what a cell is."""

import json
import re
import shutil
from pathlib import Path

import pytest

from clue.cli.store import export
from clue.cli.store.list_cells import listed_cells
from clue.store import annotations_file
from tests.clue.cli.store.stores import (
    BASE,
    KEY,
    SAMPLES,
    STUDY,
    command,
    expected,
    fitting,
    write_studies,
)


@pytest.fixture(autouse=True)
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def rivals(store: Path) -> list[str]:
    """Fingerprints of two cells that fit the same declared cell, and differ in their answers."""
    fitting(store, BASE)
    paths = [
        fitting(store, KEY, scores=score, backend={"build": build})
        for score, build in ((0.5, "one of May"), (0.25, "one of June"))
    ]
    return [path.parent.name for path in paths]


def standings(store: Path) -> dict[str, str]:
    cells = listed_cells(store, "demo", "tiny")
    return {cell.fingerprint: cell.counts for cell in cells if cell.model == KEY.model}


def test_one_of_several_cells_is_chosen_and_the_difference_is_told(
    store: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert standings(store) == dict.fromkeys(rivals, "choose")
    assert command(store, "use", rivals[1][:6]) == 0
    output = capsys.readouterr().out
    assert f"{rivals[1]} counts as meditron7b/meqsum/paper" in output
    assert f"not {rivals[0]}: backend.build differs: one of June / one of May" in output
    assert standings(store) == {rivals[0]: "trial", rivals[1]: "yes"}


def test_a_choice_is_changed_and_taken_back(
    store: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for fingerprint in rivals:
        assert command(store, "use", fingerprint) == 0
    assert standings(store)[rivals[1]] == "yes"
    assert command(store, "use", "--undo", rivals[0]) == 1
    assert f"not {rivals[0]}" in capsys.readouterr().err
    assert command(store, "use", "--undo", rivals[1][:4]) == 0
    assert standings(store) == dict.fromkeys(rivals, "choose")
    assert command(store, "use", "--undo", rivals[1]) == 1
    assert "no choice to take back" in capsys.readouterr().err


def test_a_cell_that_came_later_must_be_chosen_against_too(store: Path, rivals: list[str]) -> None:
    command(store, "use", rivals[0])
    third = fitting(store, KEY, scores=0.75, backend={"build": "one of July"}).parent.name
    assert standings(store) == dict.fromkeys([*rivals, third], "choose")
    command(store, "use", rivals[0])
    assert standings(store) == {rivals[0]: "yes", rivals[1]: "trial", third: "trial"}


def test_cells_with_the_same_records_need_no_choice(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [fitting(store, KEY, backend={"build": build}) for build in "ab"]
    assert sorted(standings(store).values()) == ["trial", "yes"]
    assert command(store, "use", paths[0].parent.name) == 1
    assert "nothing is to choose" in capsys.readouterr().err


def test_two_tables_of_a_generation_are_told_apart_by_their_ids(store: Path) -> None:
    """Older library versions than here, twice: neither is preferred by luck."""
    signature = expected(KEY).task.signatures["rouge1"]
    tables = [
        fitting(
            store,
            KEY,
            score,
            id=str(number) * 64,
            signatures={"rouge1": re.sub(r"\d+\.\d+\.\d+", f"0.0.{number}", signature)},
        )
        for number, score in enumerate((0.5, 0.25))
    ]
    fingerprint = tables[0].parent.name
    counts = {cell.table: cell.counts for cell in listed_cells(store, "demo", "tiny")}
    assert counts == {"0" * 16: "choose", "1" * 16: "choose"}
    assert command(store, "use", fingerprint) == 1
    assert command(store, "use", f"{fingerprint}/1111") == 0
    counts = {cell.table: cell.counts for cell in listed_cells(store, "demo", "tiny")}
    assert counts == {"0" * 16: "trial", "1" * 16: "yes"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ffff", "no stored cell matches ffff; there are:"),
        ("abc", "at least 4 of its digits"),
    ],
)
def test_an_unknown_cell_is_an_error_that_lists_those_to_choose_from(
    store: Path, rivals: list[str], capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    assert command(store, "use", name) == 1
    error = capsys.readouterr().err
    assert message in error
    assert annotations_file.read(store).choices == ()
    if name == "ffff":
        assert all(fingerprint in error for fingerprint in rivals)


def test_a_trial_cannot_be_chosen_and_the_reason_is_told(
    store: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"protocol": {"task": "meqsum"}, "model": {}, "backend": {"name": "vllm"}}
    trial = fitting(store, BASE, generation=settings)
    assert command(store, "use", trial.parent.name) == 1
    error = capsys.readouterr().err
    assert "fits no declared cell" in error
    assert "tiny: backend vllm" in error


def test_a_store_that_is_not_there_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["use", "3f2a"], ["note", "3f2a", "x"], ["remove", "3f2a"]):
        assert command(tmp_path / "none", *words) == 1
        assert "has no cells" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_choices_survive_a_copy_with_other_times(
    store: Path, tmp_path: Path, rivals: list[str]
) -> None:
    command(store, "use", rivals[1])
    shutil.copytree(store, tmp_path / "copy", copy_function=shutil.copy)
    assert standings(tmp_path / "copy") == standings(store)
    assert standings(store)[rivals[1]] == "yes"


def test_notes_are_written_replaced_and_removed(
    store: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def notes() -> dict[str, str]:
        cells = listed_cells(store, "demo", "tiny")
        return {cell.fingerprint: cell.note for cell in cells if cell.note}

    assert command(store, "note", rivals[0][:5], "first\n  try") == 0
    assert notes() == {rivals[0]: "first try"}
    assert command(store, "note", rivals[0], "second") == 0
    assert "note replaced: first try" in capsys.readouterr().out
    assert command(store, "note", rivals[0], "") == 0
    assert notes() == {}
    assert annotations_file.read(store).notes == {}


def test_a_note_on_one_table_is_not_on_the_others(store: Path) -> None:
    path = fitting(store, KEY)
    short = fitting(store, KEY, size=2, limit=2)
    assert command(store, "note", f"{path.parent.name[:6]}/{short.stem[8:13]}", "short") == 0
    notes = {cell.n: cell.note for cell in listed_cells(store, "demo", "tiny")}
    assert notes == {SAMPLES: "", 2: "short"}


def test_an_archive_brings_choices_and_notes(
    store: Path, tmp_path: Path, rivals: list[str]
) -> None:
    command(store, "use", rivals[1])
    command(store, "note", rivals[0], "slower")
    partial = store / "cells" / "meqsum" / "m" / ("0" * 16)
    partial.mkdir(parents=True)
    command(store, "note", "0000", "not exported")
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    assert command(store, "export", str(archive)) == 0
    assert command(other, "import", str(archive)) == 0
    assert standings(other) == standings(store)
    expected = annotations_file.read(store)
    imported = annotations_file.read(other)
    assert imported.choices == expected.choices
    assert imported.notes == {rivals[0]: expected.notes[rivals[0]]}
    assert command(other, "import", str(archive)) == 0
    assert annotations_file.read(other) == imported


def test_ones_own_choice_stays_when_an_archive_has_another(
    store: Path, tmp_path: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    command(store, "export", str(archive))
    command(other, "import", str(archive))
    command(other, "use", rivals[0])
    command(store, "use", rivals[1])
    command(store, "export", str(archive))
    capsys.readouterr()
    assert command(other, "import", str(archive)) == 0
    assert f"this store chose {rivals[0]}, not {rivals[1]}" in capsys.readouterr().out
    assert standings(other)[rivals[0]] == "yes"


def test_a_damaged_file_of_an_archive_imports_nothing(
    store: Path, tmp_path: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    files = dict(export.contents(store, None)) | {annotations_file.NAME: b"{}"}
    archive = tmp_path / "study.zip"
    archive.write_bytes(export.zip_bytes(files))
    assert command(tmp_path / "other", "import", str(archive)) == 1
    assert f"{archive}: annotations.json is damaged" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_a_damaged_file_is_named_by_every_command_that_reads_it(
    store: Path, tmp_path: Path, rivals: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = store / annotations_file.NAME
    path.write_text(json.dumps({"choices": 3}))
    for words in (["list"], ["use", rivals[0]], ["note", rivals[0], "x"], ["remove", rivals[0]]):
        assert command(store, *words, *(["--study", "tiny"] if words == ["list"] else [])) == 1
        assert f"{path} is damaged" in capsys.readouterr().err
    assert command(store, "verify") == 1
    assert f"{path} is damaged" in capsys.readouterr().out

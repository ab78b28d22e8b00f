"""The format of a store: declared by the first write, and refused everywhere if it is newer."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import clue
from analysis.readers import read
from clue.cli.store import export
from clue.cli.store.parser import main
from clue.errors import StoreError
from clue.store.format import DECLARATION, FORMAT, check_format, declare_format, parse_format
from clue.store.generations import generations
from clue.store.records_table import read_table
from clue.store.stored_tables import stored_tables
from tests.analysis.paired_study.stores import cell, record
from tests.clue.faulty import done, job_request, statuses

REFUSAL = (
    rf"store\.json.* says format 99, .* reads formats up to {FORMAT}: .*git pull, make setup.*"
    r"Nothing was changed"
)
DAMAGED = r'store\.json.* is damaged: it must contain {"format": N} with a whole number N'


@pytest.fixture
def newer(mlruns: Path) -> Path:
    """A store with a cell that a newer version wrote."""
    cell(mlruns, "m", "meqsum", [record("a", {"rouge1": 1.0})])
    (mlruns / "store.json").write_text('{"format": 99}')
    return mlruns


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_without_a_declaration_has_the_first_format(tmp_path: Path) -> None:
    assert check_format(tmp_path) == 1


def test_a_declaration_is_written_once_and_replaces_an_older_one(tmp_path: Path) -> None:
    declare_format(tmp_path)
    assert json.loads((tmp_path / "store.json").read_text()) == {"format": FORMAT}
    before = (tmp_path / "store.json").stat()
    declare_format(tmp_path)
    assert (tmp_path / "store.json").stat() == before
    (tmp_path / "store.json").write_text('{"format": 1}')
    declare_format(tmp_path)
    assert check_format(tmp_path) == FORMAT


@pytest.mark.parametrize(
    "declaration",
    [
        *(b"", b"{", b"2", b"[2]", b"{}", b"\xff\x00"),
        *(b'{"format": "2"}', b'{"format": true}', b'{"format": 0}', b'{"format": 2.0}'),
    ],
)
def test_a_damaged_declaration_is_named_with_what_it_must_contain(
    tmp_path: Path, declaration: bytes
) -> None:
    (tmp_path / "store.json").write_bytes(declaration)
    for check in (
        check_format,
        declare_format,
        stored_tables,
        lambda path: list(generations(path)),
    ):
        with pytest.raises(StoreError, match=DAMAGED) as error:
            check(tmp_path)
        assert str(tmp_path) in str(error.value)
    assert (tmp_path / "store.json").read_bytes() == declaration


def test_a_declaration_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "store.json").mkdir()
    with pytest.raises(StoreError, match=r"store\.json cannot be read: Is a directory"):
        check_format(tmp_path)


@pytest.mark.parametrize(
    "enter",
    [
        stored_tables,
        clue.read_records,
        declare_format,
        lambda store: list(generations(store)),
        lambda store: read(next(store.glob("cells/*/*/*/records-*.parquet"))),
    ],
)
def test_a_newer_store_is_not_read(newer: Path, enter: Callable[[Path], object]) -> None:
    before = content(newer)
    with pytest.raises(StoreError, match=REFUSAL):
        enter(newer)
    assert content(newer) == before


@pytest.mark.parametrize("word", ["list", "verify", "export", "import", "relocate", "prune"])
def test_no_store_command_accepts_a_newer_store(
    newer: Path, tmp_path: Path, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "study.zip"
    if word == "import":
        archive.write_bytes(export.zip_bytes({"store.json": DECLARATION}))
    before = content(newer)
    words = [str(archive)] if word in ("export", "import") else []
    assert main([word, "--mlruns", str(newer), *words]) == 1
    printed = capsys.readouterr().err
    assert "says format 99" in printed
    assert "git pull, make setup" in printed
    assert content(newer) == before


@pytest.mark.parametrize("setting", ["force=true", "dry_run=true", "generate_only=true"])
def test_no_evaluation_accepts_a_newer_store(newer: Path, data: Path, setting: str) -> None:
    before = content(newer / "cells")
    outcomes = done(job_request(newer, data, setting))
    assert statuses(outcomes) == {"mednli": "failed", "longhealth1": "failed"}
    assert all("says format 99" in row.note for row in outcomes.values())
    assert content(newer / "cells") == before


def test_an_archive_of_a_newer_format_is_refused_before_its_files_are_judged(
    mlruns: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    files = {"store.json": b'{"format": 99}', "answers/of/tomorrow": b"?"}
    archive.write_bytes(export.zip_bytes(files))
    assert main(["import", "--mlruns", str(other), str(archive)]) == 1
    printed = capsys.readouterr().err
    assert f"{archive}, store.json, says format 99" in printed
    assert not other.exists()


def test_an_archive_carries_the_format_of_its_files(mlruns: Path, tmp_path: Path) -> None:
    cell(mlruns, "m", "meqsum", [record("a", {"rouge1": 1.0})])
    for table in mlruns.glob("cells/*/*/*/records-*"):
        generation = read_table(table).facts["generation"]
        (table.parent / "cell.json").write_text(json.dumps(generation))
    assert check_format(mlruns) == 1
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    assert main(["export", "--mlruns", str(mlruns), str(archive)]) == 0
    assert check_format(mlruns) == 1  # nothing was written to it
    assert main(["import", "--mlruns", str(other), str(archive)]) == 0
    assert check_format(other) == FORMAT


def test_the_first_cell_that_is_written_declares_the_format(mlruns: Path, data: Path) -> None:
    request = job_request(mlruns, data, "dry_run=true", tasks=("mednli",))
    assert statuses(done(request)) == {"mednli": "planned"}
    assert not (mlruns / "store.json").exists()
    assert statuses(done(job_request(mlruns, data, tasks=("mednli",)))) == {"mednli": "done"}
    assert (mlruns / "store.json").read_bytes() == DECLARATION


def test_a_table_outside_of_a_store_has_no_format_to_check(newer: Path, tmp_path: Path) -> None:
    (path,) = newer.glob("cells/*/*/*/records-*.parquet")
    copy = shutil.copy(path, tmp_path / "records.parquet")
    assert len(read(Path(copy)).rows) == 1


def test_the_message_names_where_the_format_is_from() -> None:
    with pytest.raises(StoreError, match=r"^study\.zip says format 4, "):
        parse_format(b'{"format": 4}', "study.zip")

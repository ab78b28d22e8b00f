"""Damaged files of a store: each is named, none is read as something else."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.cells import StoredCell
from clue.cli.store.mlflow_runs import decode
from clue.cli.store.verify import run as verify
from clue.errors import StoreError
from clue.evaluation import outcome
from clue.outgoing import DECLARATION, report_files
from clue.records import SampleKey
from clue.store import annotations_file
from clue.store.annotations import Annotations, StoreChoice
from clue.store.completions import CellStore
from clue.store.format import check_format
from clue.store.generations import Generation
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.store.sealed_parquet import SEAL, read_columns
from clue.store.stored_tables import read_facts
from clue.study import freeze
from tests.clue.store.test_presentations import record

NO_OBJECTS = (b"[" * 100_000, b"null", b"[]", b"7", b'"text"', b"", b"\xff\xfe", b"9" * 5000)
FACTS = {"model": "m", "task": "meqsum", "prompt": "paper", "limit": 20}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    records = [record(SampleKey("1", 0)), record(SampleKey("2", 0))]
    signatures = {"rouge1": "1.0", "rouge2": "1.0"}
    return write_table(tmp_path / "records-1.parquet", RecordsTable(records, signatures, FACTS))


def readings(path: Path) -> list[object]:
    """What the readers of a table return; a StoreError where one refuses it."""
    readers: list[Callable[[], object]] = [
        lambda: asdict(read_table(path)),
        lambda: usable_facts(path),
        lambda: [str(value) for value in asdict(StoredCell(path, FACTS, {}).columns).values()],
    ]
    results: list[object] = []
    for read in readers:
        try:
            results.append(read())
        except StoreError as error:
            results.append(error)
    return results


def usable_facts(path: Path) -> object:
    """Facts, signatures and presentations of a table that a store does not leave out."""
    stored = read_facts(path)
    if "model" not in stored.facts:
        raise StoreError("it lacks a fact")
    return stored.facts, stored.signatures, stored.repeats


def test_no_flipped_bit_of_a_table_is_read_as_something_else(table: Path) -> None:
    content, before = table.read_bytes(), readings(table)
    assert not [result for result in before if isinstance(result, StoreError)]
    refused = 0
    for position in range(0, len(content), 3):
        rotten = bytearray(content)
        rotten[position] ^= 1 << position % 8
        table.write_bytes(rotten)
        for result, intact in zip(readings(table), before, strict=True):
            refused += isinstance(result, StoreError)
            assert isinstance(result, StoreError) or result == intact, position
    assert refused > len(content) / 3


def test_a_table_of_an_earlier_version_is_checked_by_its_digest(table: Path) -> None:
    rows = read_columns(table)
    unsealed = {key: value for key, value in rows.schema.metadata.items() if key != SEAL}
    pq.write_table(rows.replace_schema_metadata(unsealed), table)
    assert read_table(table).facts == FACTS
    other = {**unsealed, b"clue.signatures": b'{"rouge1": "2.0", "rouge2": "1.0"}'}
    pq.write_table(rows.replace_schema_metadata(other), table)
    with pytest.raises(StoreError, match="is damaged"):
        read_table(table)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    folder = tmp_path / "records-1.parquet"
    folder.mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        read_table(folder)
    with pytest.raises(StoreError, match="damaged"):
        read_facts(folder)


def test_names_of_folders_are_no_columns(table: Path) -> None:
    folder = table.parent / "limit=5"
    folder.mkdir()
    moved = table.rename(folder / table.name)
    assert "limit" not in read_columns(moved).column_names


def test_answers_that_cannot_be_read_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    store.path.mkdir()
    with pytest.raises(StoreError, match=r"completions.jsonl cannot be read .* move it away"):
        store.completions()


@pytest.mark.parametrize("content", NO_OBJECTS, ids=lambda content: repr(content[:5]))
def test_json_of_another_kind_is_damage(tmp_path: Path, content: bytes) -> None:
    readers: dict[str, Callable[[Path], object]] = {
        "store.json": lambda path: check_format(path.parent),
        "annotations.json": lambda path: annotations_file.read(path.parent),
        "1.json": freeze.read_file,
        "run.json": lambda path: decode(path.read_bytes(), str(path)),
    }
    for name, read in readers.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StoreError, match=name):
            read(tmp_path / name)


@pytest.mark.parametrize("content", NO_OBJECTS, ids=lambda content: repr(content[:5]))
def test_lines_and_settings_of_another_kind_count_as_lost(tmp_path: Path, content: bytes) -> None:
    for name in ("cell.json", "completions.jsonl", outcome.FILE, DECLARATION):
        (tmp_path / name).write_bytes(content)
    assert Generation(tmp_path).settings() == {}
    assert CellStore(tmp_path).completions() == {}
    assert outcome.read(tmp_path / outcome.FILE) == []
    assert Path("cell.json") in report_files(tmp_path, None).withheld


def test_a_changed_choice_is_damage(tmp_path: Path) -> None:
    choice = StoreChoice("a" * 16, ("b" * 16,), "2026-01-01T00:00:00+00:00")
    annotations_file.update(tmp_path, lambda before: before.choose(choice))
    path = tmp_path / annotations_file.NAME
    path.write_text(path.read_text().replace("a" * 16, "c" * 16))
    with pytest.raises(StoreError, match=r"annotations.json is damaged"):
        annotations_file.read(tmp_path)
    earlier = json.loads(path.read_text())  # files of earlier versions have no checksum
    del earlier["sha256"]
    path.write_text(json.dumps(earlier))
    assert annotations_file.read(tmp_path) != Annotations()


def test_a_damaged_frozen_study_is_a_fault_of_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    path = tmp_path / freeze.FOLDER / "paper" / "1.json"
    path.parent.mkdir(parents=True)
    (tmp_path / "cells").mkdir()
    path.write_text('{"study": "paper"')
    assert verify(argparse.Namespace(mlruns=str(tmp_path))) == 1
    assert f"the frozen study {path} is damaged" in capsys.readouterr().out

import gzip
import json
from pathlib import Path

import pytest

from clue.cli.data import check
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError
from clue.task import medisumqa
from tests import tiny

HEADER = "note_id,subject_id,hadm_id,note_type,note_seq,charttime,storetime,text\n"
NOTE = '1-DS-1,1,2,DS,1,2150-01-01,{},"Knee,\nswollen."\n'


def write_notes(path: Path, *rows: str) -> Path:
    path.write_bytes(gzip.compress((HEADER + "".join(rows)).encode()))
    return path


@pytest.mark.parametrize(
    ("name", "split", "rows"),
    [
        ("mednli", "test", 72),
        ("mednli", "train", 12),
        ("meqsum", "test", 40),
        ("problem_summary", "test", 24),
        ("problem_summary", "train", 6),
        ("longhealth", "test", 72),
        ("medisumqa", "test", 48),
        ("medisumcode", "test", 24),
        ("mimic", "notes", 24),
        ("mimic", "diagnoses", 192),
    ],
)
def test_the_rows_of_every_format_are_counted(name: str, split: str, rows: int) -> None:
    dataset = DATASETS[name]
    assert check.count_rows(dataset, split, locate(dataset, split, DEMO)) == rows


def test_a_note_may_lack_only_its_storetime(tmp_path: Path) -> None:
    path = write_notes(tmp_path / "x.csv.gz", NOTE.format("2150-01-02"), NOTE.format(""))
    assert check.count_rows(DATASETS["mimic"], "notes", path) == 2
    write_notes(path, NOTE.format("").replace("2150-01-01", ""))
    with pytest.raises(DataError, match="row 2, field charttime is empty"):
        check.count_rows(DATASETS["mimic"], "notes", path)


def test_a_table_without_rows_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no rows"):
        check.count_rows(DATASETS["mimic"], "notes", write_notes(tmp_path / "x.csv.gz"))


def test_a_cut_gzip_is_malformed_and_measured_all_the_same(tmp_path: Path) -> None:
    path = write_notes(tmp_path / "x.csv.gz", *[NOTE.format(i) for i in range(999)])
    path.write_bytes(path.read_bytes()[:-20])
    content = check.check_file(DATASETS["mimic"], "notes", path, tmp_path / "cache")
    assert content.rows is None
    assert content.error
    assert "cut short or damaged" in content.error
    assert content.bytes == path.stat().st_size


def test_a_file_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny.medisumqa(tmp_path, 4)
    cache = tmp_path / "cache"
    first = check.check_file(DATASETS["medisumqa"], "test", path, cache)
    monkeypatch.setattr(check, "count_rows", lambda *_: 99)
    assert check.check_file(DATASETS["medisumqa"], "test", path, cache) == first
    assert first.rows == 4
    path.write_text(json.dumps([]))
    assert check.check_file(DATASETS["medisumqa"], "test", path, cache).rows == 99


def test_a_file_is_read_again_by_a_changed_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny.medisumqa(tmp_path, 4)
    cache = tmp_path / "cache"
    check.check_file(DATASETS["medisumqa"], "test", path, cache)
    monkeypatch.setitem(medisumqa.VERSIONS, "read", 2)
    monkeypatch.setattr(check, "count_rows", lambda *_: 99)
    assert check.check_file(DATASETS["medisumqa"], "test", path, cache).rows == 99


def test_a_cache_that_cannot_be_written_only_costs_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tiny.medisumqa(tmp_path, 4)
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder should be")
    assert check.check_file(DATASETS["medisumqa"], "test", path, cache).rows == 4
    assert "MeDiSumQA.json is read again next time" in caplog.text


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        check.check_file(DATASETS["medisumqa"], "test", tmp_path, tmp_path / "cache")

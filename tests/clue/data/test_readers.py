import gzip
from pathlib import Path

import pytest

from clue.data import readers
from clue.data.locate import locate
from clue.data.registry import DATASETS
from clue.errors import DataError
from clue.records import Sample

COLUMNS = ("File ID", "Summary")


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "x"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_quoted_newlines_belong_to_the_cell_and_other_columns_are_left(tmp_path: Path) -> None:
    path = written(tmp_path, 'Summary,More,File ID\r\n"a\r\nb",z,1\r\n')
    assert list(readers.csv_rows(path, COLUMNS)) == [(2, {"File ID": "1", "Summary": "a\r\nb"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "row 1: no column File ID, Summary; found nothing"),
        ("File ID,Text\n1,a\n", "row 1: no column Summary; found File ID and 1 other column"),
        ("File ID,Summary\n1,a\n2, \n", "row 3, field Summary is empty"),
        ("File ID,Summary\n1,a\n2\n", "row 3: 1 cell, but the header has 2"),
        ('File ID,Summary\n1,"a\nb', "line 3: the row that ends here is no CSV .unexpected end"),
        ('File ID,Summary\n1,"a" b\n', "line 2: the row that ends here is no CSV"),
    ],
)
def test_a_malformed_table_names_the_row(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(readers.csv_rows(written(tmp_path, content), COLUMNS))


def test_a_row_of_data_is_not_shown_as_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, '7,"The patient, a sailor, has a swollen knee."\n')
    with pytest.raises(DataError, match="found 2 other columns") as caught:
        list(readers.csv_rows(path, COLUMNS))
    assert "sailor" not in str(caught.value)


@pytest.mark.parametrize("position", range(12, 60, 4))
def test_a_gzip_with_a_changed_byte_is_named(tmp_path: Path, position: int) -> None:
    packed = bytearray(gzip.compress(b"".join(b'{"a": %d}\n' % i for i in range(999))))
    packed[position] ^= 0xFF
    with pytest.raises(DataError):
        list(readers.json_lines(written(tmp_path, bytes(packed))))


def test_a_gzipped_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b'{"a": 1}\n\n{"a": 2}\n'))
    assert list(readers.json_lines(path)) == [(1, {"a": 1}), (3, {"a": 2})]


def test_a_gzip_that_is_cut_short_is_named(tmp_path: Path) -> None:
    complete = gzip.compress(b"".join(b'{"a": %d}\n' % i for i in range(9999)))
    with pytest.raises(DataError, match="x is a gzip file that is cut short or damaged"):
        list(readers.json_lines(written(tmp_path, complete[: len(complete) // 2])))


def test_another_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x is not UTF-8: byte 0xe9"):
        readers.json_file(written(tmp_path, '"caf\xe9"'.encode("latin-1")))


@pytest.mark.parametrize("content", ["<html></html>", '{"a": ', ""])
def test_what_is_not_json_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"x is not JSON: .* in line 1, column"):
        readers.json_file(written(tmp_path, content))


@pytest.mark.parametrize(
    ("line", "message"), [("{", "row 2 is not JSON"), ("[1]", "row 2 is no JSON object")]
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(readers.json_lines(written(tmp_path, '{"a": 1}\n' + line)))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "row 1: no field a among 0 fields"),
        ({"a": None}, "row 1, field a is empty"),
        ({"a": "\n"}, "row 1, field a is empty"),
        ({"a": ["x"]}, "row 1, field a is no text"),
        ({"a": True}, "row 1, field a is no text"),
    ],
)
def test_a_field_must_hold_text(row: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        readers.required_text(row, "a", "row 1")


def test_a_number_serves_as_an_id() -> None:
    assert readers.required_text({"hadm_id": 42}, "hadm_id", "row 1") == "42"


def test_an_id_stands_once(tmp_path: Path) -> None:
    sample = Sample("7", {}, "t", "7")
    with pytest.raises(DataError, match="row 5: its id is in row 2 too"):
        readers.unique_samples(tmp_path, [(2, sample), (5, sample)])
    with pytest.raises(DataError, match="has no rows"):
        readers.unique_samples(tmp_path, [])


def test_a_file_is_found_at_any_depth_plain_or_gzipped(tmp_path: Path) -> None:
    deep = tmp_path / "MIMIC" / "note"
    deep.mkdir(parents=True)
    (deep / "discharge.csv").touch()
    assert locate(DATASETS["mimic"], "notes", tmp_path) == deep / "discharge.csv"
    nested = tmp_path / "mednli" / "1.0.0"
    nested.mkdir(parents=True)
    (nested / "mli_test_v1.jsonl.gz").touch()
    assert locate(DATASETS["mednli"], "test", tmp_path) == nested / "mli_test_v1.jsonl.gz"

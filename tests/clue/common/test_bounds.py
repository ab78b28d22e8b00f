"""Bounds: unpacked size, length of a line, kind of file."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clue.common import bounds
from clue.data import readers
from clue.data.table_file import table_rows
from clue.errors import ConfigError, DataError
from clue.task import meqsum

MIB = "0.000976562"
"""GiB."""


@pytest.fixture(autouse=True)
def one_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bounds.VARIABLE, MIB)


def read_all(path: Path) -> None:
    if path.suffix == ".json":
        readers.json_file(path)
    elif path.suffix == ".xlsx":
        meqsum.read(path)
    elif path.suffix in (".csv", ".parquet"):
        list(table_rows(path, ["a"]))
    else:
        list(readers.json_lines(path))


def bomb(path: Path) -> None:
    """Write a file that is small and unpacks to 3 MB."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", bytes(3 * 10**6))
    elif path.suffix == ".parquet":
        pq.write_table(pa.table({"a": ["x" * 3 * 10**6]}), path, use_dictionary=False)
    else:
        lines = b"[0]\n" * 10 if path.suffix == ".json" else b'{"a": "x"}\n' * 10
        path.write_bytes(gzip.compress(lines + b" \n" * (3 * 10**6 // 2)))


@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.csv", "t.xlsx", "t.parquet"])
def test_a_packed_file_is_read_up_to_the_bound(tmp_path: Path, name: str) -> None:
    bomb(tmp_path / name)
    assert (tmp_path / name).stat().st_size < 200_000
    with pytest.raises(DataError, match=r"unpacks to more than 0.000977 GiB.*set CLUE_MAX_GIB"):
        read_all(tmp_path / name)


@pytest.mark.parametrize("name", ["t.jsonl", "t.csv"])
def test_a_line_is_read_up_to_its_bound(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a" * 20_000)
    with pytest.raises(DataError, match=r"line 1 has more than .* GiB.*set CLUE_MAX_GIB"):
        list(readers.json_lines(tmp_path / name))
    with pytest.raises(DataError, match="line 1 has more than"):
        readers.csv_header(tmp_path / name)


@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.csv", "t.xlsx", "t.parquet"])
def test_a_pipe_or_a_device_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match="is a pipe or a device"):
        read_all(tmp_path / name)
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(DataError, match="is a pipe or a device"):
        read_all(tmp_path / name)


def test_a_higher_bound_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.json").write_text(json.dumps(["x" * 2 * 10**6]))
    with pytest.raises(DataError):
        readers.json_file(tmp_path / "t.json")
    monkeypatch.setenv(bounds.VARIABLE, "0.01")
    assert len(readers.json_file(tmp_path / "t.json")) == 1


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "nan", "inf"])
def test_a_bound_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bounds.VARIABLE, text)
    with pytest.raises(ConfigError, match=r"is no positive number of GiB, e.g. CLUE_MAX_GIB=4"):
        bounds.max_bytes()


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_all_bytes_up_to_the_bound_are_read(size: int) -> None:
    content = os.urandom(size)
    assert bounds.bounded(io.BytesIO(content), 10, DataError).read() == content


def test_one_byte_more_is_an_error() -> None:
    with pytest.raises(DataError, match="unpacks to more than"):
        bounds.bounded(io.BytesIO(bytes(11)), 10, DataError).read()

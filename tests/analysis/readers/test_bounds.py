"""Files of results and estimates without an end, or with more than they state, are refused."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.meta import csv_input
from analysis.readers import read
from clue.common.bounds import VARIABLE
from clue.errors import ClueError

SMALL = 2**-10
"""GiB: one MiB."""
Read = Callable[[Path], object]
READERS = (
    *((read, ending) for ending in ("csv", "tsv", "jsonl", "json", "parquet", "eval")),
    (csv_input.read, "csv"),
    (lambda path: csv_input.read(_estimates(path), path), "csv"),
)


def _estimates(path: Path) -> Path:
    estimates = path.with_name("estimates.csv")
    estimates.write_text("estimate,variance\n1,1\n2,1\n")
    return estimates


@pytest.mark.parametrize(("reader", "ending"), READERS)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_before_it_is_read(
    reader: Read, ending: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"results.{ending}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/urandom")
    with pytest.raises(ClueError, match=r"is a (folder|pipe or a device)"):
        reader(path)


@pytest.mark.parametrize(("reader", "ending"), READERS[:4] + READERS[6:])
def test_a_file_or_a_line_longer_than_its_bound_is_refused(
    reader: Read, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(SMALL))
    path = tmp_path / f"results.{ending}"
    path.write_text("a" * (2**20 + 1))
    with pytest.raises(ClueError, match=VARIABLE):
        reader(path)


def test_a_value_that_is_repeated_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(SMALL))
    rows = 2**21
    columns = {"sample_id": pa.array(["sample"] * rows), "score": pa.array([1] * rows)}
    path = tmp_path / "results.parquet"
    pq.write_table(pa.table(columns), path)
    assert path.stat().st_size < 2**16
    with pytest.raises(ClueError, match=VARIABLE):
        read(path)


@pytest.mark.parametrize("levels", [200_000])
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_nested_json_and_endless_numbers_are_errors_of_the_file(
    levels: int, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"results.{ending}"
    for content in ("[" * levels, '{"score": ' + "[" * levels, '{"score": ' + "9" * 5000 + "}"):
        path.write_text(f"{content}\n{content}\n")
        with pytest.raises(ClueError, match="is no JSON") as error:
            read(path)
        assert len(str(error.value)) < 1000


def eval_log(path: Path, stated: int, content: bytes) -> Path:
    """A log whose header is packed with Zstandard and states another size."""
    packed = pa.compress(content, "zstd", asbytes=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", packed)
    raw = path.read_bytes()
    sizes = struct.pack("<LLL", zlib.crc32(packed), len(packed), len(packed))
    false = struct.pack("<LLL", zlib.crc32(content), len(packed), stated)
    head, tail = raw[: raw.rindex(b"PK\x01\x02")], raw[raw.rindex(b"PK\x01\x02") :]
    tail = tail.replace(sizes, false).replace(b"\x00\x00\x00\x00", b"\x00\x00\x5d\x00", 1)
    path.write_bytes(head + tail)
    with zipfile.ZipFile(path) as archive:
        (entry,) = archive.infolist()
    assert entry.file_size == stated
    return path


@pytest.mark.parametrize("stated", [2, 2**31])
def test_a_log_that_unpacks_to_more_than_it_states_is_refused(
    stated: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(SMALL))
    path = eval_log(tmp_path / "log.eval", stated, json.dumps(["a"] * 2**20).encode())
    with pytest.raises(ClueError, match=r"no readable \.eval log|unpacks to more"):
        read(path)


def test_an_encrypted_or_rotten_log_is_no_readable_log(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"a": "b" * 1000}))
    raw = bytearray(path.read_bytes())
    rotten = bytes(raw[:50]) + b"\xff" * 8 + bytes(raw[58:])
    for offset in (raw.index(b"PK\x03\x04") + 6, raw.rindex(b"PK\x01\x02") + 8):
        raw[offset] |= 1
    for content in (rotten, bytes(raw)):
        path.write_bytes(content)
        with pytest.raises(ClueError, match=r"no readable \.eval log"):
            read(path)

"""Cached texts: read back, and computed again if they are damaged."""

import logging
from pathlib import Path

import pytest

from clue.common.file_cache import FOLDER, cached_checksum, cached_text, checksum, damaged_entries


def only_entry(cache: Path) -> Path:
    (path,) = (cache / FOLDER).iterdir()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights"
    path.write_bytes(b"numbers")
    return path


def test_a_text_is_computed_once(file: Path, tmp_path: Path) -> None:
    calls = iter(["first", "second"])
    texts = [cached_text(file, tmp_path / "c", ["x"], lambda: next(calls)) for _ in range(2)]
    assert texts == ["first", "first"]


@pytest.mark.parametrize("position", range(0, 129, 8))
def test_a_flipped_bit_costs_no_identity(
    file: Path, tmp_path: Path, position: int, caplog: pytest.LogCaptureFixture
) -> None:
    expected = cached_checksum(file, tmp_path / "c")
    entry = only_entry(tmp_path / "c")
    content = bytearray(entry.read_bytes())
    content[position] ^= 1
    entry.write_bytes(content)
    assert list(damaged_entries(tmp_path / "c")) == [entry]
    with caplog.at_level(logging.WARNING):
        assert cached_checksum(file, tmp_path / "c") == expected == checksum(file)
    assert "is damaged: weights is read again" in caplog.text
    assert list(damaged_entries(tmp_path / "c")) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\n\xff", b"a" * 64])
def test_any_other_content_is_computed_again(file: Path, tmp_path: Path, content: bytes) -> None:
    expected = cached_checksum(file, tmp_path / "c")
    only_entry(tmp_path / "c").write_bytes(content)
    assert cached_checksum(file, tmp_path / "c") == expected


def test_the_entry_of_another_file_is_not_read(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"others")
    cached_checksum(other, tmp_path / "other cache")
    expected = cached_checksum(file, tmp_path / "c")
    content = only_entry(tmp_path / "other cache").read_bytes()
    only_entry(tmp_path / "c").write_bytes(content)
    assert cached_checksum(file, tmp_path / "c") == expected

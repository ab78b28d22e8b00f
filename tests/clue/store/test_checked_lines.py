"""Files of lines whose end is damaged: intact lines stay, the others are cut or moved aside."""

import logging
from pathlib import Path

import pytest

from clue.errors import StoreError
from clue.store.checked_lines import CheckedLines

GARBAGE = bytes(range(256)) * 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "completions-2of4.jsonl"
    for number in range(4):
        CheckedLines(path).append({"number": number})
    return path


def numbers(path: Path, *, repair: bool) -> list[int]:
    return [entry["number"] for entry in CheckedLines(path).entries(repair=repair)]


def test_an_incomplete_last_line_is_removed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    intact = path.read_bytes()
    path.write_bytes(intact + b'{"number": 4, "cr')
    with caplog.at_level(logging.WARNING, "clue"):
        assert numbers(path, repair=True) == [0, 1, 2, 3]
    assert path.read_bytes() == intact
    assert "removed an incomplete last line (17 bytes)" in caplog.text
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("keep", [0, 2])
def test_a_damaged_end_of_several_lines_is_moved_aside(
    path: Path, keep: int, caplog: pytest.LogCaptureFixture
) -> None:
    """No kill leaves it, so that somebody may want to look at it."""
    intact = b"".join(path.read_bytes().splitlines(keepends=True)[:keep])
    path.write_bytes(intact + GARBAGE)
    assert CheckedLines(path).damaged_end() == 1024
    assert numbers(path, repair=False) == list(range(keep))
    assert path.read_bytes() == intact + GARBAGE
    with caplog.at_level(logging.WARNING, "clue"):
        assert numbers(path, repair=True) == list(range(keep))
    assert path.read_bytes() == intact
    (aside,) = path.parent.glob("completions-2of4.damaged-*")
    assert aside.read_bytes() == GARBAGE
    assert aside.stat().st_mode & 0o077 == 0
    assert (
        f"its last 1,024 bytes are damaged (the disk, or another program): moved to {aside.name}"
        in caplog.text
    )
    assert "incomplete last line" not in caplog.text
    assert CheckedLines(path).damaged_end() == 0
    assert numbers(path, repair=True) == list(range(keep))


def test_damage_between_intact_lines_is_no_damaged_end(path: Path) -> None:
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"noise\nnoise\n" + b"".join(others))
    assert CheckedLines(path).damaged_end() == 0
    with pytest.raises(StoreError, match="line 2 is damaged and intact lines follow it"):
        numbers(path, repair=True)

"""Files of another user: each is named, and the others are still read or removed."""

import errno
from pathlib import Path

import pytest

from tests.clue.cli.store.test_commands import cell, command


@pytest.fixture
def locked(mlruns: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Paths that this user may neither read nor remove; root may, whatever the mode."""
    paths: list[Path] = []

    def denied(path: Path) -> None:
        if path in paths:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

    unlink, read = Path.unlink, Path.read_bytes

    def checked_read(path: Path) -> bytes:
        denied(path)
        return read(path)

    def checked_unlink(path: Path, missing_ok: bool = False) -> None:
        denied(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "read_bytes", checked_read)
    monkeypatch.setattr(Path, "unlink", checked_unlink)
    return paths


def test_a_file_that_cannot_be_removed_is_named_and_the_others_go(
    mlruns: Path, locked: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = cell(mlruns, "meqsum", "open", "aaaa")
    parts = [folder / f"completions.{number}.jsonl" for number in range(3)]
    for path in parts:
        path.write_text("old\n")
    locked.append(parts[1])
    assert command(mlruns, "prune", "--yes") == 1
    output = capsys.readouterr()
    assert f"{parts[1]} was not removed: Permission denied" in output.err
    assert "2 files," in output.out
    assert [path.exists() for path in parts] == [False, True, False]


def test_a_file_that_cannot_be_read_is_a_fault_and_the_rest_is_checked(
    mlruns: Path, locked: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (cell(mlruns, task, "open", "aaaa") for task in ("meqsum", "mednli"))
    (second / "cell.json").write_text("{}")
    locked.append(first / "completions.jsonl")
    assert command(mlruns, "verify") == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(f"{locked[0]} cannot be read: Permission denied" in line for line in lines)
    assert any(str(second / "cell.json") in line for line in lines)

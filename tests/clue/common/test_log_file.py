import logging
from pathlib import Path

import pytest

from clue.common.log_file import LogFile


def logger(path: Path) -> logging.Logger:
    log = logging.Logger("of a job")
    log.addHandler(LogFile(path))
    return log


def test_lines_that_a_full_disk_does_not_take_are_dropped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger(Path("/dev/full")).warning("a line")
    assert not capsys.readouterr().err


def test_a_wrong_call_is_still_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logger(tmp_path / "log").warning("%d answers", "some")
    assert "Logging error" in capsys.readouterr().err

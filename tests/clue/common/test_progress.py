import logging

import pytest

from clue.common.progress import file_display


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture
def every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clue.common.progress.LOG_SECONDS", -1.0)


@pytest.mark.usefixtures("every_line")
def test_a_log_gets_lines(caplog: pytest.LogCaptureFixture) -> None:
    with file_display("x.csv", 4000, 1000) as update:
        update(2000)
    with file_display("y.csv", None) as update:
        update(10)
    assert caplog.messages == ["x.csv: 2.0 kB of 4.0 kB", "y.csv: 10 bytes of unknown size"]


def test_a_log_gets_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    with file_display("x.csv", 4000) as update:
        update(2000)
    assert caplog.messages == []


def test_a_terminal_gets_a_bar_and_no_lines(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clue.common.progress.LOG_SECONDS", -1.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with file_display("x.csv", 4000) as update:
        update(4000)
    assert "x.csv" in capsys.readouterr().err
    assert caplog.messages == []

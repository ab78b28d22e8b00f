import logging

import pytest

from clue.common.progress import file_display
from clue.evaluation.progress import progress_display
from clue.records import Completion

COMPLETION = Completion("yes", "stop", 1, 5, 0.0)


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


@pytest.mark.usefixtures("every_line")
def test_a_log_gets_lines_of_a_cell(caplog: pytest.LogCaptureFixture) -> None:
    with progress_display("a cell")(2, 3) as on_completion:
        on_completion(COMPLETION)
    first, second, last = caplog.messages
    assert first == "a cell: 1 of 3 completions are stored, 2 to go"
    assert second.startswith("a cell: 1/2 samples, ")
    assert last.startswith("a cell: 1 samples in ")


@pytest.mark.usefixtures("every_line")
def test_a_terminal_gets_a_bar_and_no_lines(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_display("a cell")(2, 2) as on_completion:
        on_completion(COMPLETION)
        on_completion(COMPLETION)
    assert "2/2" in capsys.readouterr().err
    assert caplog.messages == []

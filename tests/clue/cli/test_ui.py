"""`python -m clue ui`: links, browser, server; the page in Chromium."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.chromium import browser, chromium
from clue.cli import ui
from clue.tracking.tracker import RunRow, Tracker

ROW = RunRow("mednli/tuned/paper", {"clue.kind": "pair"}, {"task": "mednli"}, {"delta": 2.5}, "")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def store(mlruns: Path) -> Path:
    """A store with an analysis and a pair below it."""
    tracker = Tracker(None, "clue", mlruns)
    tags = {"clue.kind": "analysis", "clue.study": "demo"}
    with tracker.run("analysis/demo", ("clue.analysis", "a"), tags, "cmd") as opened:
        tracker.add_run(opened.run_id, ROW)
    return mlruns


@pytest.fixture
def served(store: Path) -> Iterator[tuple[str, list[str]]]:
    """Address and printed lines of a running `clue ui`, which SIGTERM ends."""
    port = free_port()
    words = [sys.executable, "-m", "clue", "ui", "--mlruns", str(store), "--port", str(port)]
    with subprocess.Popen([*words, "--no-open"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("report"):
            line = process.stdout.readline()
            assert line, "the server ended"
            lines += [line.rstrip("\n")] if "http" in line else []
        yield f"http://127.0.0.1:{port}/", lines
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    with socket.socket() as probe:  # the server ended with the command
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.slow
@pytest.mark.xdist_group("chromium")
def test_links_are_printed_and_the_experiment_opens_with_its_runs(
    served: tuple[str, list[str]],
) -> None:
    root, lines = served
    names = [line.split()[0] for line in lines]
    assert names == ["pairs", "charts", "report"]
    assert lines[0].split()[1].startswith(f"{root}#/experiments/")
    assert "viewStateShareKey=pairs" in lines[0]
    assert lines[-1].startswith("report demo ")
    assert "/artifacts/report.html" in lines[-1]
    if chromium() is None:
        pytest.skip("no Chromium is installed")
    experiment = lines[0].split()[1].partition("/runs")[0]
    assert "analysis/demo" in page_text(experiment, until="analysis/demo")
    pairs = page_text(lines[0].split()[1], until="2.5")
    assert "mednli" in pairs
    assert "analysis/demo" not in pairs


def page_text(address: str, until: str, seconds: float = 60) -> str:
    """Text of a page once it contains something, or when the time is over."""
    with browser() as chrome:
        chrome.send("Page.navigate", url=address)
        deadline = time.monotonic() + seconds
        text = ""
        while until not in text and time.monotonic() < deadline:
            time.sleep(0.2)
            text = str(chrome.value("document.body ? document.body.innerText : ''"))
    return text


def test_a_port_that_is_taken_is_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ui.main(["--mlruns", str(store), "--port", str(port)]) == 1
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_a_folder_without_runs_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ui.main(["--mlruns", str(tmp_path)]) == 1
    assert "does not exist yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("display", "words", "opened"),
    [(True, [], True), (False, [], False), (True, ["--no-open"], False)],
)
def test_a_browser_opens_on_the_best_page_if_there_is_a_display(
    *,
    display: bool,
    words: list[str],
    opened: bool,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(ui, "has_display", lambda: display)
    monkeypatch.setattr(ui, "answers", lambda *_: True)
    monkeypatch.setattr(ui, "server_command", lambda *_: [sys.executable, "-c", ""])
    monkeypatch.setattr(ui.webbrowser, "open", pages.append)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert ui.main(["--mlruns", str(store), "--port", str(free_port()), *words]) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ["viewStateShareKey=pairs" in page for page in pages] == [True] * opened


def test_the_start_page_sets_preferences_before_mlflows_scripts() -> None:
    from clue.tracking.ui_app import PREFERENCES, start_page

    text, _ = start_page()
    assert text.index(json.dumps(PREFERENCES)) < text.index("<script defer")

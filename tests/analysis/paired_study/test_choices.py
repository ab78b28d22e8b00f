"""A choice between stored cells, and notes on trials, are told wherever results are."""

import json
from pathlib import Path

import pytest

from analysis.__main__ import main
from tests.clue.cli.store.stores import BASE, KEY, STUDY, command, fitting, write_studies

NOTE = "stopped to look at the answers"


@pytest.fixture
def rivals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A store with a base, two cells of the other model that fit, and a trial with a note."""
    write_studies(tmp_path / "conf", monkeypatch, {"tiny": STUDY})
    fitting(tmp_path, BASE)
    first, second = (
        fitting(tmp_path, KEY, score, backend={"chat": chat}).parent.name
        for score, chat in ((0.5, "a"), (0.25, "b"))
    )
    trial = fitting(tmp_path, BASE, size=2, limit=2)
    command(tmp_path, "note", f"{trial.parent.name}/{trial.stem[8:]}", NOTE)
    return first, second


def analyse(store: Path, *arguments: str) -> int:
    quick = ("flips=999", "draws=999", "sensitivity=false", "paths.data=demo")
    return main(["study=tiny", f"paths.mlruns={store}", *quick, *arguments])


def test_a_choice_that_is_open_is_refused_with_the_complete_command(
    tmp_path: Path, rivals: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyse(tmp_path, "report=false") == 1
    output = capsys.readouterr().out
    (line,) = (line for line in output.splitlines() if "Choose one: " in line)
    assert "backend.chat differs: a / b" in line or "backend.chat differs: b / a" in line
    words = line.partition("python -m clue store ")[2].split()
    assert words[1] in rivals
    assert words[2:4] == ["--mlruns", str(tmp_path)]
    assert command(tmp_path, *words[:2]) == 0
    assert analyse(tmp_path, "report=false") == 0


def test_a_choice_and_notes_are_in_console_summary_and_report(
    tmp_path: Path, rivals: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = rivals
    assert command(tmp_path, "use", second) == 0
    capsys.readouterr()
    assert analyse(tmp_path) == 0
    sentence = f"{second} was chosen with `clue store use`, not {first}"
    folder = tmp_path / "analysis"
    summary = json.loads((folder / "summary.json").read_text())
    assert any(sentence in note for note in summary["declared"]["notes"])
    assert [trial["note"] for trial in summary["trials"] if trial["note"]] == [NOTE]
    report = (folder / "report.md").read_text()
    assert sentence in report.partition("## Design")[2].partition("\n## ")[0]
    assert NOTE in report.partition("## Trials")[2]
    output = capsys.readouterr().out
    assert sentence in output
    assert f"limit 2 of 37 (note: {NOTE})" in output
    (cell,) = (cell for cell in summary["cells"] if cell["model"] == KEY.model)
    assert cell["fingerprint"].startswith(second)

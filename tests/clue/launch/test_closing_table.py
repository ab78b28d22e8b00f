import json
from dataclasses import replace
from pathlib import Path

import pytest

from clue.evaluation.outcome import Outcome
from clue.launch import closing_table
from clue.task.levels import ScoreTree

FAILED = Outcome("m", "meqsum", "paper", "failed", note="no [file] there")


def test_a_reason_that_cells_share_is_said_once() -> None:
    rows = [replace(FAILED, task=f"task{n}") for n in range(8)]
    assert closing_table.reasons(rows) == ["failed: 8 cells of m: no [file] there"]
    assert closing_table.reasons(rows[:2]) == [
        "failed: m/task0/paper, m/task1/paper: no [file] there"
    ]


def test_different_reasons_stay_apart() -> None:
    other = replace(FAILED, status="too long", note="the longest needs 9")
    assert len(closing_table.reasons([FAILED, other, replace(FAILED, status="done", note="")])) == 2


def test_failed_cells_stand_in_a_file_that_the_next_command_removes(tmp_path: Path) -> None:
    path = closing_table.write_failed(
        tmp_path, [FAILED, replace(FAILED, task="mednli", status="done")]
    )
    assert path is not None
    (row,) = map(json.loads, path.read_text().splitlines())
    assert (row["task"], row["note"]) == ("meqsum", "no [file] there")
    assert closing_table.write_failed(tmp_path, [replace(FAILED, status="too long")]) is None
    assert not path.exists()


def test_rows_stay_whole_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    closing_table.show(
        [replace(FAILED, model="a_model_with_a_long_name_of_its_own", note="")], ScoreTree()
    )
    said = capsys.readouterr().out.splitlines()
    assert any("a_model_with_a_long_name_of_its_own   meqsum" in line for line in said)
    assert said[-1] == "1 failed"


def test_every_status_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    too_long = replace(FAILED, status="too long")
    closing_table.show([FAILED, too_long, too_long], ScoreTree())
    assert capsys.readouterr().out.splitlines()[-1] == "2 too long, 1 failed"


def test_made_up_answers_and_limits_are_named_below_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake = Outcome("m", "meqsum", "paper", "done", n=5, score=1.0, marks=["fake answers"])
    closing_table.show([fake, replace(fake, task="mednli", status="skipped")], ScoreTree())
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "marked: fake answers. Random words replace the answers of a model."
    limited = replace(fake, model="other", marks=["partial: limit 5"])
    closing_table.show([fake, limited, FAILED], ScoreTree())
    assert "marked: fake answers (m); partial: limit 5 (other). " in capsys.readouterr().out


def test_answers_of_models_to_real_data_need_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    done = Outcome("m", "meqsum", "paper", "done", n=5, score=1.0)
    closing_table.show([done], ScoreTree())
    assert "marked" not in capsys.readouterr().out

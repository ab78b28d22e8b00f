"""`clue tasks`: every task in its level, with a legend of every column and symbol."""

import json
from pathlib import Path

import pytest

import clue
from clue.cli.tasks.parser import NAMES, NUMBERS, main
from clue.task import task_files
from tests import tiny


def printed(capsys: pytest.CaptureFixture[str], *options: object) -> str:
    assert main([str(option) for option in options]) == 0
    return capsys.readouterr().out


def test_every_task_has_a_row_and_every_column_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "--data", tiny.meqsum(tmp_path / "data"), "--mlruns", tmp_path)
    table, _, rest = text.partition("Lists of tasks:")
    rows = {line.split()[0]: line.split() for line in table.splitlines() if line.strip()}
    assert rows.keys() >= set(task_files.names())
    assert not rows["meqsum"][6].startswith("~")
    assert rows["mednli"][6].startswith("~")
    assert rows["medmcqa"][6] == "-"
    legends = {line.split("  ")[0] for line in rest.splitlines()}
    assert legends >= {*NAMES, *NUMBERS, "score"} - {"task", "data set"}
    assert "~ = " in rest
    assert "- = " in rest
    for name, tasks in task_files.lists().items():
        assert f"task={name}: " in rest, tasks


def test_programs_get_the_facts_of_the_python_interface(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = json.loads(printed(capsys, "--json", "--data", tmp_path, "--mlruns", tmp_path))
    frame = clue.tasks()
    assert [task["task"] for task in facts["tasks"]] == list(frame["task"])
    assert {*frame.columns, "tokens", "tokens_of_longest_prompt"} == facts["tasks"][0].keys()
    assert facts["lists"]["open"] == ["medec", "aci_bench", "mts_dialog"]

from dataclasses import replace
from typing import Any

import pytest

from clue.config.schema import TaskConf
from clue.config.table_schema import ColumnsConf
from clue.config.table_validation import table_problems
from tests.clue.task.test_table import CHOICE, CODES, TEXT


def problems(conf: TaskConf, **change: Any) -> str:
    return "\n".join(table_problems(replace(conf, **change)))


@pytest.mark.parametrize("conf", [CHOICE, TEXT, CODES])
def test_a_complete_table_has_no_problems(conf: TaskConf) -> None:
    assert problems(conf) == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"file": None}, "tasks.triage.file is not set"),
        ({"columns": ColumnsConf()}, "tasks.triage.columns.target is not set"),
        ({"answer": None, "labels": []}, "tasks.triage.answer is not set: choice, text, codes"),
        ({"labels": ["urgent"]}, "a choice needs at least two labels"),
        ({"labels": ["urgent", " "]}, "a label is empty"),
        ({"labels": ["urgent", "Urgent "]}, "two labels differ in nothing but case and blanks"),
        ({"answer": "text"}, "labels is set, but the answer is no choice: text"),
        ({"documents": "own"}, "a table presents no documents"),
        ({"user": "What is it?"}, "user names no column"),
        ({"user": "{urgency}"}, "user names the column with the reference answers"),
        ({"user": "{note"}, "a template is malformed"),
        ({"input": "nots"}, "tasks.triage.input=nots is no field of the user turn: note"),
        (
            {"columns": replace(CHOICE.columns, fields={"text": "note"})},
            "columns.fields names text, which no template names as {text}",
        ),
        (
            {"columns": replace(CHOICE.columns, fields={"note": "urgency"})},
            "user names the column with the reference answers",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_named(change: dict[str, Any], message: str) -> None:
    assert message in problems(CHOICE, **change)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("file", "a.csv"), ("train", "a.csv"), ("answer", "text"), ("labels", ["a", "b"])),
        *(("access", "open"), ("columns", ColumnsConf(target="x"))),
    ],
)
def test_settings_of_a_table_are_refused_in_another_task(name: str, value: Any) -> None:
    message = f"tasks.meqsum.{name} is set, but meqsum has no table: set reader: table"
    assert problems(TaskConf("meqsum"), **{name: value}) == message

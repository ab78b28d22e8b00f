from pathlib import Path
from typing import Any

import pytest

from clue.errors import DataError
from clue.records import Sample
from clue.task import medisumqa
from tests import tiny

ROW = {"note_id": "n1", "Question": "Why?", "Answer": "Rest.", "discharge_summary": "Swollen."}


def read(tmp_path: Path, value: Any) -> list[Sample]:
    return medisumqa.read(tiny.document(tmp_path / "x.json", value))


def test_questions_of_one_letter_are_a_cluster(tmp_path: Path) -> None:
    rows = [ROW, ROW | {"Question": "When?"}, ROW | {"note_id": "n2"}]
    samples = read(tmp_path, rows)
    assert [sample.cluster for sample in samples] == ["n1", "n1", "n2"]
    assert samples[0].fields == {"discharge_summary": "Swollen.", "question": "Why?"}
    assert samples[0].target == "Rest."
    assert {s.id for s in read(tmp_path, rows[::-1])} == {s.id for s in samples}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1}, "is no JSON array but dict"),
        (["a"], "row 1 is no JSON object"),
        ([], "has no rows"),
        ([ROW, ROW], r"row 2: its id is in row 1 too"),
        ([ROW | {"Answer": ""}], "no rows that can be used: left out: 1 row without a reference"),
        ([ROW | {"discharge_summary": " "}], "row 1, field discharge_summary is empty"),
        ([{"note_id": "n1"}], "row 1: no field Question among 1 field"),
    ],
)
def test_a_malformed_file_names_the_row(tmp_path: Path, value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, value)


def test_the_answer_is_the_text() -> None:
    sample = Sample("1", {}, "t", "1")
    assert medisumqa.parse(" Rest.\n", sample) == "Rest."
    assert medisumqa.parse("", sample) is None

from pathlib import Path
from typing import Any

import pytest

from clue.errors import DataError
from clue.records import Sample
from clue.task import medqa
from tests import tiny

ROW = tiny.exam_row(0) | {"realidx": 0, "meta_info": "step1"}


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[Sample]:
    return medqa.read(tiny.lines(tmp_path / "x.jsonl", rows))


def test_a_row_is_a_question_with_its_letter(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, ROW | {"realidx": 7, "question": " Which\ndose? "})
    assert (sample.id, sample.cluster, sample.target) == ("7", "7", "A")
    assert sample.fields["question"] == "Which\ndose?"
    assert sample.fields["options"] == "A: 0 mg A\nB: 0 mg B\nC: 0 mg C\nD: 0 mg D"


def test_the_authors_file_has_no_ids_and_the_items_are_numbered(tmp_path: Path) -> None:
    rows = [{**tiny.exam_row(i), "meta_info": "step2&3"} for i in range(3)]
    assert [sample.id for sample in read(tmp_path, *rows)] == ["0", "1", "2"]
    with_ids = [row | {"realidx": i} for i, row in enumerate(rows)]
    assert read(tmp_path, *with_ids) == read(tmp_path, *rows)


def test_questions_on_one_vignette_are_a_cluster(tmp_path: Path) -> None:
    vignette = "A man of fifty years has had a painful and swollen knee for three days."
    rows = [
        ROW | {"realidx": i, "question": f"{text} {end}"}
        for i, (text, end) in enumerate(
            [("A woman coughs.", "Why?"), (vignette, "What is it?"), (vignette, "What now?")]
        )
    ]
    assert [sample.cluster for sample in read(tmp_path, *rows)] == ["0", "1", "1"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"question": " "}, "row 2, field question is empty"),
        ({"question": ["x"]}, "row 2, field question is no text"),
        ({"meta_info": "step4"}, "row 2, field meta_info is none of step1, step2&3"),
        ({"answer_idx": "E"}, "row 2, field answer_idx is none of A, B, C, D"),
        ({"answer": "1 mg"}, "row 2, field answer is not the text of the option in answer_idx"),
        ({"options": "A"}, "row 2, field options is no object with the keys A, B, C, D"),
        ({"realidx": 0}, "row 2: its id is in row 1 too"),
        ({"realidx": True}, "row 2, field realidx is no text"),
    ],
)
def test_a_malformed_row_is_named_without_its_text(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        read(tmp_path, ROW, ROW | {"realidx": 1} | change)
    assert "knee" not in str(caught.value)


@pytest.mark.parametrize("name", ["question", "options", "answer_idx", "meta_info"])
def test_a_missing_field_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"row 1.*{name}"):
        read(tmp_path, {field: value for field, value in ROW.items() if field != name})

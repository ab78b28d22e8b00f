from pathlib import Path

import pytest

from clue.errors import DataError
from clue.records import Sample
from clue.task import problem_summary
from tests import tiny

TEST = {
    "File ID": "7.txt",
    "Subjectives": "Knee hurts",
    "Objectives": "",
    "Assessment": "Swollen",
    "Summary": "Arthritis; fever",
}
TRAIN = {
    "File ID": "7.txt",
    "Assessment": "Swollen",
    "Summary": "Arthritis; fever",
    "Subjective Sections": "Knee hurts",
    "Objective Sections": "",
}


def read(tmp_path: Path, *rows: dict[str, str]) -> list[Sample]:
    return problem_summary.read(tiny.table(tmp_path / "x.csv", rows))


@pytest.mark.parametrize("row", [TEST, TRAIN])
def test_both_files_give_the_same_sample(tmp_path: Path, row: dict[str, str]) -> None:
    (sample,) = read(tmp_path, row)
    fields = {"subjective": "Knee hurts", "assessment": "Swollen"}
    assert sample == Sample("7.txt", fields, "Arthritis; fever", "7.txt")


def test_rows_of_one_note_are_a_cluster_whatever_their_order(tmp_path: Path) -> None:
    rows = (TEST, TEST | {"Assessment": "Red"}, TEST | {"File ID": "8.txt"})
    samples = read(tmp_path, *rows)
    assert [sample.cluster for sample in samples] == ["7.txt", "7.txt", "8.txt"]
    assert len({sample.id for sample in samples}) == 3
    assert {s.id for s in read(tmp_path, *rows[::-1])} == {s.id for s in samples}


def test_a_row_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3: its id is in row 2 too"):
        read(tmp_path, TEST, TEST)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"Assessment": " ", "Subjectives": ""}, "no rows that can be used: .* without an input"),
        ({"Summary": ""}, r"no rows that can be used: .* without a reference \(row 2\)"),
        ({"File ID": ""}, "row 2, field File ID is empty"),
    ],
)
def test_an_empty_cell_is_named(tmp_path: Path, row: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, TEST | row)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = {name: text for name, text in TEST.items() if name != "Subjectives"}
    with pytest.raises(DataError, match="no column Subjectives; found File ID, Assessment, "):
        read(tmp_path, row)


def test_the_answer_is_the_text() -> None:
    sample = Sample("1", {}, "t", "1")
    assert problem_summary.parse(" a; b\n", sample) == "a; b"
    assert problem_summary.parse(" \n", sample) is None

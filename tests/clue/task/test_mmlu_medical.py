"""The three forms of the six subjects give the same samples."""

import csv
from pathlib import Path
from typing import Any

import pytest

from clue.errors import DataError, DataMissing
from clue.records import Sample
from clue.task import mmlu_medical
from clue.task.mmlu_medical import SUBJECTS
from tests import tiny

ROW = tiny.exam_row(0) | {"subject": "anatomy"}
ROWS = [tiny.exam_row(i) | {"subject": subject} for i, subject in enumerate((*SUBJECTS, *SUBJECTS))]
ROWS.sort(key=lambda row: SUBJECTS.index(row["subject"]))


def json_lines(folder: Path, *rows: dict[str, Any]) -> list[Sample]:
    return mmlu_medical.read(tiny.lines(folder / "x.jsonl", rows))


def parquet(folder: Path, *rows: dict[str, Any]) -> list[Sample]:
    return mmlu_medical.read(tiny.parquet(folder / "x.parquet", rows))


def of_hub(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": row["question"],
        "subject": row["subject"],
        "choices": list(row["options"].values()),
        "answer": "ABCD".index(row["answer_idx"]),
    }


def csv_files(folder: Path, rows: list[dict[str, Any]], ending: str = "_test.csv") -> Path:
    folder.mkdir(exist_ok=True)
    for subject in SUBJECTS:
        with (folder / f"{subject}{ending}").open("w", newline="") as file:
            csv.writer(file).writerows(
                [row["question"], *row["options"].values(), row["answer_idx"]]
                for row in rows
                if row["subject"] == subject
            )
    return folder / f"{SUBJECTS[0]}{ending}"


def test_the_forms_of_the_release_give_the_same_samples(tmp_path: Path) -> None:
    samples = json_lines(tmp_path, *ROWS)
    assert [sample.id for sample in samples] == [f"{name}/{i}" for name in SUBJECTS for i in (0, 1)]
    others = [{**of_hub(ROW), "subject": subject} for subject in ("virology", "astronomy")]
    of_parquet = [others[0], *map(of_hub, ROWS[:5]), others[1], *map(of_hub, ROWS[5:])]
    assert parquet(tmp_path, *of_parquet) == samples
    assert mmlu_medical.read(csv_files(tmp_path / "csv", ROWS)) == samples


def test_the_subject_is_a_field(tmp_path: Path) -> None:
    (sample,) = json_lines(tmp_path, ROW)
    assert sample.fields["subject"] == "anatomy"
    assert sample.cluster == "anatomy/0"


def test_a_question_of_two_subjects_is_one_cluster(tmp_path: Path) -> None:
    other = ROW | {"subject": "college_biology"}
    options = {**ROW["options"], "A": "9 mg"}
    changed = other | {"options": options, "answer": "9 mg"}
    samples = json_lines(tmp_path, ROW, other, changed)
    assert [sample.cluster for sample in samples] == ["anatomy/0", "anatomy/0", "college_biology/1"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"subject": "virology"}, "row 2, field subject is none of anatomy, clinical_knowledge"),
        ({"subject": None}, "row 2, field subject is empty"),
        ({"question": ""}, "row 2, field question is empty"),
        ({"answer_idx": "F"}, "row 2, field answer_idx is none of A, B, C, D"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        json_lines(tmp_path, ROW, ROW | change)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answer": 4}, "row 2, column answer is no index from 0 to 3"),
        ({"answer": -1}, "row 2, column answer is no index from 0 to 3"),
        ({"answer": None}, "row 2, column answer is no index from 0 to 3"),
        ({"choices": ["x", "y", "z"]}, "row 2, column choices has not 4 texts"),
        ({"choices": None}, "row 2, column choices has not 4 texts"),
        ({"choices": ["x", "y", "z", ""]}, "row 2, options, field D is empty"),
        ({"choices": ["x", "y", "z", "x"]}, "row 2, field options has two equal texts"),
        ({"question": " "}, "row 2, field question is empty"),
    ],
)
def test_a_malformed_row_of_parquet_is_named(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        parquet(tmp_path, of_hub(ROW), of_hub(ROW) | change)


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    row = of_hub(ROW)
    with pytest.raises(
        DataError, match=r"column choices is of type .*: it must be a list of texts"
    ):
        parquet(tmp_path, row | {"choices": "x"})
    with pytest.raises(DataError, match="no column subject"):
        parquet(tmp_path, {name: row[name] for name in ("question", "choices", "answer")})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("q,1,2,3,4", "row 1: 5 cells, not 6"),
        ("q,1,2,3,4,A,B", "row 1: 7 cells, not 6"),
        ("q,1,2,3,4,E", "row 1: its last cell is none of A, B, C, D"),
        ("q,1,2,,4,A", "row 1, options, field C is empty"),
    ],
)
def test_a_malformed_row_of_csv_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = csv_files(tmp_path / "csv", ROWS)
    (path.parent / "college_biology_test.csv").write_text(line + "\n")
    with pytest.raises(DataError, match=f"college_biology_test.csv: {problem}"):
        mmlu_medical.read(path)


def test_csv_needs_the_files_of_all_subjects(tmp_path: Path) -> None:
    path = csv_files(tmp_path / "csv", ROWS)
    (path.parent / "medical_genetics_test.csv").unlink()
    with pytest.raises(DataMissing, match=r"beside it medical_genetics_test.csv is missing"):
        mmlu_medical.read(path)
    with pytest.raises(DataError, match="its name begins with none of anatomy"):
        mmlu_medical.read(path.rename(path.with_name("virology_test.csv")))

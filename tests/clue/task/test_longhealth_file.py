"""Questions of LongHealth as released files have them: accepted, or left out and counted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue.config.schema import PromptConf
from clue.data.left_out import Samples
from clue.task import longhealth
from clue.task.longhealth_file import authors_letter, right_letter
from clue.task.task import Task
from clue.task.task_files import load
from tests import tiny
from tests.clue.task.test_longhealth import PATIENT

GOOD = PATIENT["questions"][0]


def read(tmp_path: Path, *questions: dict[str, Any]) -> Samples:
    patient = PATIENT | {"questions": list(questions)}
    return longhealth.read(tiny.document(tmp_path / "benchmark_v5.json", {"patient_01": patient}))


@pytest.mark.parametrize("correct", ["Stage I.", "stage i", "STAGE I. ", " Stage  I", "Stage I..."])
def test_case_and_a_final_dot_tell_no_option_apart(tmp_path: Path, correct: str) -> None:
    questions = read(tmp_path, GOOD | {"correct": correct})
    assert [question.target for question in questions] == ["C"]
    assert questions.notes == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"correct": "Stage III"}, "whose right answer is none or several of the options"),
        ({"answer_a": "Stage I"}, "whose right answer is none or several of the options"),
        ({"correct": "stage i", "answer_a": "STAGE I."}, "whose right answer is none or several"),
        ({"answer_location": {}}, "without the letters that hold the answer"),
        ({"No": 0}, "with a number that an earlier question has"),
    ],
)
def test_a_question_that_cannot_be_scored_is_left_out_and_counted(
    tmp_path: Path, fields: dict[str, Any], reason: str
) -> None:
    questions = read(tmp_path, GOOD, GOOD | {"No": 7} | fields, GOOD | {"No": 8})
    assert [question.id for question in questions] == ["patient_01/0", "patient_01/8"]
    (note,) = questions.notes
    assert note.startswith(f"left out: 1 row {reason}")
    assert note.endswith(f"(patient_01, question {fields.get('No', 7)})")
    assert questions.rows == 3


def test_twins_of_a_wrong_option_are_no_fault(tmp_path: Path) -> None:
    questions = read(tmp_path, GOOD | {"answer_d": "No stage"})
    assert [question.target for question in questions] == ["C"]


def test_an_exact_option_is_preferred_to_one_of_another_case() -> None:
    assert right_letter({"option_a": "mg", "option_b": "MG"}, "MG") == "B"


@pytest.mark.parametrize(
    ("options", "correct", "letter"),
    [
        ({"answer_a": "Stage II", "answer_b": "Stage I"}, "Stage I", "A"),
        ({"answer_a": "Stage II", "answer_b": "Stage I"}, "stage I", ""),
        ({"answer_b": "x", "answer_location": {"x": 1}, "answer_a": "xy"}, "x", "B"),
        ({"answer_location": {"x": 1}, "question": "x", "answer_a": "y"}, "x", ""),
    ],
)
def test_the_authors_take_the_first_option_that_contains_the_text(
    options: dict[str, Any], correct: str, letter: str
) -> None:
    assert authors_letter(options, correct) == letter


@pytest.mark.parametrize(
    ("name", "target", "theirs"),
    [("longhealth1", "C", "A"), ("longhealth2", "C", "A"), ("longhealth3", "F", "F")],
)
def test_their_letter_is_the_reference_of_their_metric(
    tmp_path: Path, name: str, target: str, theirs: str
) -> None:
    read(tmp_path / "longhealth", GOOD)  # "Stage II or III" is option A and contains "Stage I"
    task = Task(replace(load(name), repeats=1), tmp_path, PromptConf(shots=0))
    (sample,) = task.split().scored
    assert (sample.target, longhealth.reference_upstream(sample)) == (target, theirs)
    assert task.split().has_authors_references == (target != theirs)


def test_a_dot_that_we_forgive_is_none_of_their_options(tmp_path: Path) -> None:
    (question,) = read(tmp_path, GOOD | {"correct": "E. coli."})
    assert (question.target, longhealth.reference_upstream(question)) == ("B", "")

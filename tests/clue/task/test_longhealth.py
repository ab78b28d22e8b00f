import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import DataError
from clue.records import Sample
from clue.task import longhealth
from clue.task.longhealth_documents import Question
from tests import tiny

PATIENT: dict[str, Any] = {
    "texts": {"text_0": "First letter.", "text_1": "Second letter."},
    "questions": [
        {
            "No": 0,
            "question": "Which stage?",
            "answer_a": "Stage II or III",
            "answer_b": "E. coli",
            "answer_c": "Stage I",
            "answer_d": "Stage IV",
            "answer_e": "No stage",
            "correct": "Stage I",
            "answer_location": {"text_1": {"start": [0.1], "end": [0.2]}},
        }
    ],
}


def read(tmp_path: Path, patients: Any) -> list[Question]:
    return longhealth.read(tiny.document(tmp_path / "benchmark_v5.json", patients))


@pytest.fixture
def question(tmp_path: Path) -> Question:
    (question,) = read(tmp_path, {"patient_01": PATIENT})
    return question


def test_the_right_option_is_the_equal_one_not_the_one_that_contains_it(question: Question) -> None:
    assert question.target == "C"
    assert (question.id, question.cluster) == ("patient_01/0", "patient_01")
    assert question.answering == ("Second letter.",)
    assert question.others == ("First letter.",)


def changed(**fields: Any) -> dict[str, Any]:
    patient = copy.deepcopy(PATIENT)
    patient["questions"][0] |= fields
    return {"patient_01": patient}


@pytest.mark.parametrize(
    ("patients", "message"),
    [
        ([], "no JSON object of patients but list"),
        ({"p": {"texts": {"t": "x"}}}, "p: no list of questions"),
        ({"p": {"questions": []}}, "p: no texts"),
        ({"p": {"questions": [], "texts": {"text_0": " "}}}, "p, field text_0 is empty"),
        ({"p": {"questions": [1], "texts": {"t": "x"}}}, "p: a question is no JSON object"),
        (changed(correct="Stage III"), "question 0: .* 'Stage III' equals no option"),
        (changed(answer_a="Stage I"), "question 0: .* 'Stage I' equals A and C"),
        (changed(answer_e=""), "question 0, field answer_e is empty"),
        (changed(question=None), "question 0, field question is empty"),
        (changed(answer_location={}), "question 0, field answer_location names no text"),
        (changed(answer_location={"text_9": {}}), "names 'text_9', which is no text"),
        (
            {"p": PATIENT | {"questions": PATIENT["questions"] * 2}},
            "row 2: its id is in row 1 too",
        ),
    ],
)
def test_a_malformed_file_names_patient_and_question(
    tmp_path: Path, patients: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, patients)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The correct answer is C: Stage I", "C"),
        ("the correct answer is c.", "C"),
        ("The correct answer is **C**: Stage I", "C"),
        ("**C**", "C"),
        ("C.", "C"),
        ("c)", "C"),
        ("(C) Stage I", "C"),
        ("option c", "C"),
        ("I choose option D because the scan says so", "D"),
        ("Answer: (B) because", "B"),
        ("Correct answer: b", "B"),
        ("C. Option A is wrong.", "C"),
        ("Stage I", "C"),
        ("stage i.\nIt is the first.", "C"),
        ("The correct answer is: Stage II or III.", "A"),
        ("E. coli", "B"),
        ("The correct answer is A or B", None),
        ("The answer is A. The answer is B.", None),
        ("B and C", None),
        ("The answer is a scan of the lung", None),
        ("A patient has", None),
        ("a.m. dosing", None),
        ("The answer is not B", None),
        ("The answer is F", None),
        ("Stage", None),
        ("", None),
    ],
)
def test_answers_and_what_they_mean(question: Question, text: str, answer: str | None) -> None:
    assert longhealth.parse(text, question) == answer


def test_f_counts_where_it_is_an_option(question: Question) -> None:
    with_f = Sample("1", {**question.fields, "option_f": "Not told"}, "F", "1")
    assert longhealth.parse("The answer is F", with_f) == "F"
    assert longhealth.parse("not told", with_f) == "F"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The correct answer is C: Stage I", "C"),
        ("The correct answer is C.", None),
        ("the correct answer is C: Stage I", None),
        ("C", None),
    ],
)
def test_the_authors_rule(question: Question, text: str, answer: str | None) -> None:
    assert longhealth.parse_upstream(text, question) == answer


OPTIONS = Sample("1", {f"option_{letter}": f"{letter} mg" for letter in "abcde"}, "A", "1")
PIECES = ["answer", "is", "option", "A", "B", "c", "F", ".", "or", ":", "(", "\n", "the", "b mg"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_gives_one_option_or_none(text: str) -> None:
    assert longhealth.parse(text, OPTIONS) in (None, *"ABCDE")


@given(st.sampled_from("ABCDE"), st.text(alphabet="xyz ", max_size=20))
def test_the_asked_form_is_always_read(letter: str, explanation: str) -> None:
    assert longhealth.parse(f"The correct answer is {letter}: {explanation}", OPTIONS) == letter

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import DataError
from clue.records import Sample
from clue.task import longhealth, medmcqa, medqa, mmlu_medical, multiple_choice
from clue.task.multiple_choice import LETTERS

TEXTS = {"A": "Metformin", "B": "Insulin", "C": "Acarbose", "D": "No drug at all"}
QUESTION = Sample("1", multiple_choice.exam_fields("Which drug?", TEXTS), "B", "1")
ROW: dict[str, Any] = {"options": TEXTS, "answer_idx": "B", "answer": "Insulin"}


def test_a_prompt_has_the_question_and_the_options_in_their_order() -> None:
    assert QUESTION.fields == {
        "question": "Which drug?",
        **{f"option_{letter.lower()}": text for letter, text in TEXTS.items()},
        "options": "A: Metformin\nB: Insulin\nC: Acarbose\nD: No drug at all",
    }


@pytest.mark.parametrize("module", [medqa, mmlu_medical, medmcqa, longhealth])
def test_all_tasks_with_letters_read_them_by_one_function(module: Any) -> None:
    assert module.parse is multiple_choice.parse


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        *(("B", True), (" b ", False), ("(B)", True), ("B.", True), ("**B**", True), ("E", False)),
        *(("B: Insulin", False), ("The answer is B", False), ("", False), ("AB", False)),
    ],
)
def test_the_form_is_followed_by_a_letter_alone(text: str, followed: bool) -> None:
    assert multiple_choice.answer_flags(text, None, QUESTION) == {"format_followed": followed}


def test_every_choice_is_read_as_itself_and_follows_the_form() -> None:
    choices = multiple_choice.choices(QUESTION)
    assert list(choices) == list(LETTERS)
    for letter, answer in choices.items():
        assert multiple_choice.parse(answer, QUESTION) == letter
        assert multiple_choice.answer_flags(answer, letter, QUESTION)["format_followed"]


@given(st.text(string.ascii_letters + " .:*()\n", max_size=40))
def test_any_text_is_read_as_an_option_or_as_none(text: str) -> None:
    assert multiple_choice.parse(text, QUESTION) in (None, *LETTERS)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (None, "is no object with the keys A, B, C, D"),
        (list(TEXTS.values()), "is no object with the keys A, B, C, D"),
        ({"A": "x", "B": "y", "C": "z"}, "is no object with the keys A, B, C, D"),
        ({**TEXTS, "E": "None"}, "is no object with the keys A, B, C, D"),
        ({**TEXTS, "C": " "}, "options, field C is empty"),
        ({**TEXTS, "C": None}, "options, field C is empty"),
        ({**TEXTS, "C": 1.5}, "options, field C is no text"),
        ({**TEXTS, "C": " Insulin"}, "has two equal texts"),
    ],
)
def test_malformed_options_are_named(options: Any, problem: str) -> None:
    with pytest.raises(DataError, match=f"file: row 3, (field )?{problem}|{problem}") as caught:
        multiple_choice.option_texts({"options": options}, "file: row 3")
    assert str(caught.value).startswith("file: row 3, ")
    assert "Insulin" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answer_idx": "E"}, "field answer_idx is none of A, B, C, D"),
        ({"answer_idx": "b"}, "field answer_idx is none of A, B, C, D"),
        ({"answer_idx": None}, "field answer_idx is empty"),
        ({"answer": "Metformin"}, "field answer is not the text of the option in answer_idx"),
    ],
)
def test_a_key_that_is_no_option_is_named(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        multiple_choice.right_letter(ROW | change, TEXTS, "file: row 3")


def test_the_text_of_the_answer_may_be_missing() -> None:
    row = {name: value for name, value in ROW.items() if name != "answer"}
    assert multiple_choice.right_letter(row, TEXTS, "file: row 3") == "B"

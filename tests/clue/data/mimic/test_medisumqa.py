from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.data.mimic.discharge_instructions import Letter
from clue.data.mimic.medisumqa import (
    QuestionAnswer,
    least_revealing,
    question_prompt,
    read_question,
    read_statements,
    statement_prompt,
    without_repeats,
)
from clue.records import Completion, FinishReason
from clue.task import medisumqa
from tests import tiny
from tests.clue.data.mimic.tiny_mimic import INSTRUCTIONS

LETTER = Letter("n", "The knee is swollen.", INSTRUCTIONS)


def statements_of(
    text: str,
    limit: int = 9,
    counts: Counter[str] | None = None,
    *,
    reason: FinishReason = "stop",
    instructions: str = "You fell at home and broke an arm. Yes.",
) -> list[str]:
    letter, counts = Letter("n", "", instructions), Counter() if counts is None else counts
    return read_statements(letter, Completion(text, reason, 1, 1, 0.0), limit, counts)


def pair(question: str, answer: str, letter: Letter = LETTER) -> QuestionAnswer:
    return QuestionAnswer(letter, question, answer)


def test_prompts_hold_what_is_asked_about_and_keep_apart() -> None:
    assert statement_prompt(LETTER).messages[-1].content.endswith(f"\n{INSTRUCTIONS}")
    first, second = (
        question_prompt(LETTER, 0, "Rest a lot, please."),
        question_prompt(LETTER, 1, "Rest a lot, please."),
    )
    assert "Rest a lot, please." in first.messages[-1].content
    assert first.key != second.key
    assert statement_prompt(LETTER).sha256 != first.sha256


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- You fell at home.\n2) You broke an arm.", ["You fell at home.", "You broke an arm."]),
        ("You fell at home. You broke an arm!", ["You fell at home.", "You broke an arm!"]),
        ("You fell at home.\n\nYou fell at home.", ["You fell at home."]),
        ("At home you broke an arm:\nYou fell at home", ["You fell at home"]),
        ("You fell at home? Yes. You fell.", []),
        ("You fell " + "at home " * 30, []),
        ("", []),
    ],
)
def test_statements_are_sentences_of_a_usable_length(text: str, expected: list[str]) -> None:
    assert statements_of(text) == expected


def test_a_sentence_that_the_budget_cut_is_no_statement() -> None:
    text = "You fell at home.\nYou broke an arm at"
    assert statements_of(text, reason="length") == ["You fell at home."]
    assert len(statements_of(text)) == 2


def test_invented_statements_are_left_out_and_counted_before_the_first_are_taken() -> None:
    counts: Counter[str] = Counter()
    text = "Your heart was operated on.\nYou fell at home.\nYou broke an arm."
    assert statements_of(text, 1, counts) == ["You fell at home."]
    assert counts == {"statements that are not in the instructions, left out": 1}


@given(text=st.text("ab .?!:\n-1)"), limit=st.integers(1, 4))
def test_statements_are_few_distinct_and_of_the_answer(text: str, limit: int) -> None:
    statements = statements_of(text, limit, instructions=text)
    assert len(set(statements)) == len(statements) <= limit
    assert all(item in text and item == item.strip() for item in statements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can I drive a car? Perhaps.", "Can I drive a car?"),
        ('\n "Can I drive a car?"', "Can I drive a car?"),
        ("You must not drive. Can I drive a car?", None),
        ("Can I drive a car", None),
        ("Really so?", None),
        ("", None),
    ],
)
def test_a_question_is_the_first_sentence_or_none(text: str, expected: str | None) -> None:
    assert read_question(text) == expected


def test_questions_and_answers_of_a_letter_stand_once() -> None:
    counts: Counter[str] = Counter()
    first = pair("Can I drive?", "You must not drive a car.")
    same_question = pair("Drive, can I?", "Take the white tablet.")
    same_answer = pair("What is forbidden?", "You must not drive a car!")
    elsewhere = pair("Can I drive?", "You must not drive a car.", Letter("m", "", INSTRUCTIONS))
    tablet = pair("What is it for?", "Take the white tablet.")  # its answer fell with a question
    pairs = [first, same_question, same_answer, elsewhere, tablet]
    assert without_repeats(pairs, counts) == [first, elsewhere, tablet]
    assert counts == {"repeated questions or answers, left out": 2}


def test_questions_that_give_the_answer_away_are_selected_last() -> None:
    plain = pair("Can I go by bike?", "You must not drive a car.")
    half = pair("Can I drive?", "You must not drive a car.")
    copied = pair("Must you not drive a car?", "You must not drive a car.")
    assert (plain.overlap, copied.overlap) == (0.0, 1.0)
    assert least_revealing([copied, half, plain], 2) == [half, plain]
    assert least_revealing([copied], 2) == [copied]


def test_a_row_is_what_the_task_reads(tmp_path: Path) -> None:
    row = pair("Can I drive?", "You must not drive a car.").row()
    (sample,) = medisumqa.read(tiny.document(tmp_path / "x.json", [row]))
    assert sample.cluster == "n"
    assert sample.target == "You must not drive a car."
    assert sample.fields == {
        "question": "Can I drive?",
        "discharge_summary": "The knee is swollen.",
    }

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue import icd
from clue.data.registry import DEMO
from clue.metrics import failures
from clue.records import Sample
from clue.task import longhealth, medisumcode, medisumqa, mednli, meqsum, problem_summary

WORDS = st.lists(st.sampled_from(["knee", "hurts", "the", "and", ",", "."]), max_size=30)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0),
        ("one two three", 0),
        ("one two three four", 0),
        ("a b c d a b c d", 1 / 5),  # abcd bcda cdab dabc abcd
        ("a a a a a a", 2 / 3),
        ("A b c d\na B c d", 1 / 5),
    ],
)
def test_the_share_of_repeated_4grams_by_hand(text: str, share: float) -> None:
    assert failures.repeated_share(text) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("knee. " * 6, "knee ."),
        ("It hurts. Then " + "rest and " * 7 + "rest", "rest and"),
        ("a b c d e a b c d e a b c d e", "a b c d e"),
        ("a b c d e a b c d e a b c d e a b", "a b c d e"),
        ("no, no, no", None),
        ("a b c d e a b c d e", None),
        ("rest " * 20 + "and then walk again", None),
        ("", None),
    ],
)
def test_a_loop_lasts_until_the_end(text: str, unit: str | None) -> None:
    assert failures.loop(text) == unit


REAL = [  # what SmolLM2-135M-Instruct answered, the middle of long ones left out
    ("meqsum", "What is the correct answer to the question of " * 6 + "what is the correct", True),
    ("meqsum", "What is the genetic test for maternal" + " familial" * 40, True),
    ("meqsum", "What is the difference between a mole and a mole?", False),
    ("problem_summary", "HELLP; postpartum hemorrhage; " + "HELLP; " * 30, True),
    (
        "problem_summary",
        "Asymptomatic" + "; no evidence of familial thrombophilia" * 9 + "; no ev",
        True,
    ),
    (
        "problem_summary",
        "Acute kidney injury; sepsis; thrombocytopenia; acute kidney injury",
        False,
    ),
    ("longhealth2", "The correct answer is D: " * 9 + "The correct", True),
    ("longhealth2", "The correct answer is D: The documents do not tell\n\n" * 2, False),
    (
        "longhealth3",
        "The correct answer is D: Dimethyl fumarate" + ", natalizumab" * 8 + ", nat",
        True,
    ),
    ("medisumcode", "are:\n\n- ICD-10-CM code 1" + "0" * 480, True),
    ("medisumcode", "I44.2, S01.01XA, W18.30XA, Y92.018, I10, M10.9, N40.0", False),
    ("longhealth3", "The correct answer is D: 100 mg/m2\n\nQuestion: At which dose was", False),
]


@pytest.mark.parametrize(("task", "text", "loops"), REAL)
def test_answers_of_a_real_model(task: str, text: str, loops: bool) -> None:
    assert (failures.loop(text) is not None) is loops


@given(WORDS, st.lists(st.sampled_from("abcde"), min_size=1, max_size=9), st.integers(12, 20))
def test_whatever_is_repeated_often_enough_loops(
    before: list[str], unit: list[str], times: int
) -> None:
    unit_of_loop = failures.loop(" ".join(before + unit * times))
    assert unit_of_loop is not None
    assert set(unit_of_loop.split()) <= set(unit)


@given(st.text())
def test_any_text_has_measures(text: str) -> None:
    measures = failures.measures(text)
    assert 0 <= measures["repeated_4grams"] <= 1
    assert measures["words"] == len(text.split())
    failures.loop(text)


@pytest.mark.parametrize(
    ("codes", "longest"),
    [
        ([], 0),
        (["I10"], 1),
        (["I10", "I11", "I12", "I13"], 4),
        (["E11.8", "E11.9", "E12.0"], 3),
        (["I10", "I11.0", "I12"], 1),
        (["I10", "J11", "I12"], 1),
        (["I12", "I11", "I10"], 1),
        (["C4A.1", "C4A.2"], 1),
        (["Z00", "I10", "I11", "A00"], 2),
        (["I09", "I10"], 2),
    ],
)
def test_runs_of_consecutive_codes(codes: list[str], longest: int) -> None:
    assert icd.longest_counting_run(codes) == longest


def test_nobody_is_said_to_count_who_codes_as_people_do() -> None:
    letters = json.loads((DEMO / "medisumcode" / "MeDiSumCode.json").read_text())
    for letter in letters:
        codes = [entry["code"] for entry in letter["icd_codes"]]
        assert icd.codes(", ".join(codes)) == codes
        assert not icd.is_counting(codes)


@pytest.mark.parametrize(
    ("text", "counts"),
    [  # of the same model; the first when asked to go on with a list
        ("I10: 10.10\nI11: 11.11\nI12: 12.12\nI13: 13.13\nI14: 14.14\nI15: 15.15", True),
        ("I44.2, S01.01XA, W18.30XA, Y92.018, I10, M10.9, N40.0", False),
        ("The stay belongs to ICD-10-CM code 10000.", False),
    ],
)
def test_counting_of_a_real_model(text: str, counts: bool) -> None:
    assert icd.is_counting(icd.codes(text)) is counts


OPTIONS = {f"option_{letter}": f"{letter} mg" for letter in "abcdef"}
TOLD = Sample("1", OPTIONS, "B", "1")
NOT_TOLD = Sample("1", OPTIONS, "F", "1")


@pytest.mark.parametrize(
    ("task", "text", "sample", "flag", "set_"),
    [
        (mednli, "Neutral.", TOLD, "format_followed", True),
        (mednli, "The answer is neutral", TOLD, "format_followed", False),
        (meqsum, "Why does it hurt?", TOLD, "format_followed", True),
        (meqsum, "Why?\nBecause.", TOLD, "format_followed", False),
        (meqsum, "It hurts.", TOLD, "format_followed", False),
        (meqsum, "", TOLD, "format_followed", False),
        (problem_summary, "Fever; pain", TOLD, "format_followed", True),
        (problem_summary, "1. Fever\n2. Pain", TOLD, "format_followed", False),
        (problem_summary, "- Fever", TOLD, "format_followed", False),
        (longhealth, "The correct answer is B: b mg", TOLD, "format_followed", True),
        (longhealth, "the correct answer is b: B mg.", TOLD, "format_followed", True),
        (longhealth, "The correct answer is B: c mg", TOLD, "format_followed", False),
        (longhealth, "B", TOLD, "format_followed", False),
        (longhealth, "The answer is A", NOT_TOLD, "hallucinated", True),
        (longhealth, "The answer is F", NOT_TOLD, "hallucinated", False),
        (longhealth, "I cannot tell", NOT_TOLD, "hallucinated", False),
        (longhealth, "The correct answer is D: 12 August 2021", NOT_TOLD, "hallucinated", True),
        (longhealth, "The correct answer is: 10 mg once daily", NOT_TOLD, "hallucinated", False),
        (medisumcode, "I10, e11.9", TOLD, "format_followed", True),
        (medisumcode, "I10: hypertension", TOLD, "format_followed", False),
        (medisumcode, "", TOLD, "format_followed", False),
        (medisumcode, "I10, I11, I12, I13, I14", TOLD, "icd_counting", True),
        (medisumcode, "I10, I11, I13, I14", TOLD, "icd_counting", False),
        (medisumqa, "", TOLD, "empty", True),
        (medisumqa, " \n", TOLD, "unparsed", True),
        (medisumqa, "Rest.", TOLD, "unparsed", False),
        (medisumqa, "rest and " * 9, TOLD, "looped", True),
    ],
)
def test_flags_of_every_task(task, text, sample, flag, set_) -> None:  # type: ignore[no-untyped-def]
    assert failures.flags(text, task.parse(text, sample), sample, task)[flag] is set_


def test_only_where_nothing_tells_can_a_model_make_it_up() -> None:
    assert "hallucinated" not in failures.flags("x", None, TOLD, longhealth)

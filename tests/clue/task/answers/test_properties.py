"""Thoughts, later turns, markup and quotes change no reading; a denial never affirms."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue import icd
from clue.records import Sample
from clue.task import longhealth, medisumcode, mednli
from clue.task.labels import guarded
from tests.clue.task.answers.samples import CODED, NEUTRAL, OPTIONS, question

LETTERS = "ABCDE"
Read = Callable[[str], str | None]


def label(text: str) -> str | None:
    return mednli.parse(text, NEUTRAL)


def letter(text: str) -> str | None:
    return longhealth.parse(text, question())


def codes(text: str) -> str | None:
    return medisumcode.parse(text, CODED)


requested = st.sampled_from(range(5)).map(
    lambda n: (f"The correct answer is {LETTERS[n]}: {OPTIONS[n]}", LETTERS[n])
)
known_codes = st.sampled_from(sorted(icd.code_list().billable)).map(icd.dotted)
lists = st.lists(known_codes, min_size=1, max_size=6, unique=True)
complete = st.one_of(
    st.tuples(st.just(label), st.sampled_from(mednli.LABELS).map(lambda text: (text, text))),
    st.tuples(
        st.just(letter), st.one_of(requested, st.sampled_from(LETTERS).map(lambda x: (x, x)))
    ),
    st.tuples(st.just(codes), lists.map(", ".join).map(lambda text: (text, text))),
)
"""A reader with a complete answer in the requested form and its reading."""
prose = st.text("abcdefgh ABC.,:?!\n", max_size=60)
others = st.sampled_from(
    [*mednli.LABELS, "The correct answer is D: Vitamin D 1000 IU", "C", "I10, E11.9", ""]
)
thoughts = st.tuples(
    st.sampled_from(
        [
            ("<think>", "</think>"),
            ("<thinking>\n", "</thinking>"),
            ("<thought>", "</thought>\n\n"),
            ("<reasoning>", "</reasoning>"),
            ("", "</think>"),
            (
                "<|channel|>analysis<|message|>",
                "<|end|><|start|>assistant<|channel|>final<|message|>",
            ),
            ("analysis", "assistantfinal"),
        ]
    ),
    prose,
    others,
).map(lambda parts: f"{parts[0][0]}{parts[1]}{parts[2]}{parts[0][1]}")
run_ons = st.tuples(
    st.sampled_from(
        ["\n\nQuestion: ", "\nUser: ", "\n### Instruction:\n", "<|eot_id|>", "</s>", "\n\nInput: "]
    ),
    prose,
    others,
).map("".join)
marks = st.sampled_from(
    [
        *("**{}**", "_{}_", "`{}`", "```\n{}\n```", '"{}"', "'{}'", "\u201c{}\u201d", "# {}"),
        *("$\\text{{{}}}$", "<answer>{}</answer>", "<b>{}</b>", " {}\n", "\u200b{}", "> {}"),
        *("\\textbf{{{}}}", "{}</s>", "- {}", "({})", "<p>{}</p>"),
    ]
)


@given(complete, thoughts)
def test_a_thought_before_it(answer: tuple[Read, tuple[str, str]], thought: str) -> None:
    read, (text, reading) = answer
    assert read(thought + text) == reading


@given(complete, run_ons)
def test_a_later_turn(answer: tuple[Read, tuple[str, str]], run_on: str) -> None:
    read, (text, reading) = answer
    assert read(text + run_on) == reading


@given(complete, marks)
def test_markup_and_quotes(answer: tuple[Read, tuple[str, str]], mark: str) -> None:
    read, (text, reading) = answer
    assert read(mark.format(text)) == reading


@given(complete, thoughts, marks, run_ons)
def test_all_of_it(
    answer: tuple[Read, tuple[str, str]], thought: str, mark: str, run_on: str
) -> None:
    read, (text, reading) = answer
    assert read(thought + mark.format(text) + run_on) == reading


@given(prose, others, st.sampled_from(["<think>", "<thinking>", "<|channel|>analysis<|message|>"]))
def test_what_never_closes_is_no_answer(words: str, answer: str, opening: str) -> None:
    for read in (label, letter, codes):
        assert read(f"{opening}{words}{answer}") is None


DENIALS = (
    *("not {}", "It is not {}.", "not **{}**", 'not "{}"', "This isn't {}", "This is not {}"),
    *("It can't be {}", "It cannot be {}.", "{} is wrong", "{} is not correct.", "no {}"),
    *("neither {} nor anything else", "I would rule out {}", "~~{}~~", "It is unlikely to be {}"),
    *("The answer is not {}", "The answer isn't {}.", "I don't think it is {}", "never {}"),
)


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize("name", [*mednli.LABELS, "entailed", "A", "B", "C"])
def test_a_denial_never_affirms(denial: str, name: str) -> None:
    read = letter if name in LETTERS else label
    assert read(denial.format(name)) is None
    assert guarded(("A", "B", "C", *mednli.LABELS)).read(denial.format(name)) is None


@pytest.mark.parametrize("denial", ["not {}", "E11.9, not {}", "E11.9 rather than {}", "~~{}~~"])
@given(code=known_codes.filter(lambda code: code != "E11.9"))
def test_a_denied_code_is_none(denial: str, code: str) -> None:
    assert codes(denial.format(code)) in (None, "E11.9")


@given(lists, st.sampled_from([", ", "\n", "; ", " ", " | ", "\n- ", " \u2192 "]), st.randoms())
def test_codes_in_another_order_are_the_same_codes(
    answer: list[str], separator: str, chance: random.Random
) -> None:
    shuffled = chance.sample(answer, len(answer))
    assert codes(separator.join(shuffled)) == ", ".join(shuffled)


@given(lists)
def test_a_number_may_touch_a_code(answer: list[str]) -> None:
    touching = "\n".join(f"{n}.{code}" for n, code in enumerate(answer, start=1))
    assert codes(touching) == ", ".join(answer)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert label(text) in (None, *mednli.LABELS)
    assert letter(text) in (None, *LETTERS)
    assert all(map(icd.is_code, (codes(text) or "I10").split(", ")))


@given(st.sampled_from(["A", "I"]), st.sampled_from(["patient", "have fever", "see no change"]))
def test_articles_and_pronouns_are_no_letters(word: str, rest: str) -> None:
    assert letter(f"{word} {rest}") is None


def test_another_question_needs_other_options() -> None:
    assert longhealth.parse("The correct answer is F", question(6)) == "F"
    assert longhealth.parse("The correct answer is F", question(5)) is None
    assert isinstance(question(), Sample)

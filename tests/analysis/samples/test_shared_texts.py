"""Texts of a page are stored once and come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.samples.shared_texts import FOLDED, SharedTexts, split_at_fields
from clue.records import Message, Sample

TEXT = st.text(st.sampled_from("ab \n"), max_size=30)
LONG = "letter\n\n" * (FOLDED // 8 + 1)


def joined(shared: SharedTexts, parts: list[list[object]]) -> str:
    numbers = [part[1] if isinstance(part[0], str) else part for part in parts]
    return "".join("\n\n".join(shared.texts[number] for number in part) for part in numbers)


@given(before=TEXT, between=TEXT, after=TEXT)
def test_a_prompt_comes_back_as_it_was(before: str, between: str, after: str) -> None:
    other = LONG.upper()
    question = f"{before}{LONG}{between}{other}{after}"
    sample = Sample("1", {"letter": LONG, "second": other, "short": "a"}, "A", "1")
    shared = SharedTexts()
    messages = (Message("user", before), Message("assistant", after), Message("user", question))
    turns = shared.turns(messages, sample)
    assert [joined(shared, parts) for _, parts in turns] == [one.content for one in messages]
    assert [part[0] for part in turns[-1][1] if isinstance(part[0], str)] == ["letter", "second"]


def test_a_paragraph_of_two_prompts_is_stored_once() -> None:
    shared = SharedTexts()
    shared.paragraphs("one\n\ntwo\n\nthree")
    shared.paragraphs("three\n\none")
    assert shared.texts == ["one", "two", "three"]


def test_fields_that_overlap_are_split_at_the_first() -> None:
    text = "x" * FOLDED
    parts = split_at_fields(f"a{text}b", {"one": text, "two": f"{text}b", "absent": "y" * FOLDED})
    assert "".join(part for _, part in parts) == f"a{text}b"
    assert [name for name, _ in parts if name] == ["one"]


def test_characters_that_a_reader_cannot_see_are_escapes() -> None:
    shared = SharedTexts()
    shared.number("a\x1b[2J\u202eb\tc\n")
    assert shared.texts == ["a\\x1b[2J\\u202eb\tc\n"]

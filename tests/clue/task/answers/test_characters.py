"""Normal form of characters: ASCII takes a shorter way to the same text."""

from hypothesis import given
from hypothesis import strategies as st

from clue.task.answers.characters import normalised


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_its_own_normal_form_in_any_company(text: str) -> None:
    assert normalised(text) == text
    assert normalised(f"{text}\u819d") == f"{text}\u819d"  # a sign that nothing replaces


def test_other_texts_take_the_long_way() -> None:
    assert normalised("\uff23 \u2018I10\u200b\u2019") == "C 'I10'"

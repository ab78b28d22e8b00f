import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.study.words import differing_words

LONG = " ".join(f"word{number}" for number in range(40))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a b c d e", "a b x d e", ("a b c d e", "a b x d e")),
        ("a b c d e f g", "a b c x e f g", ("... b c d e f ...", "... b c x e f ...")),
        ("a b c", "a b c d", ("... b c", "... b c d")),
        ("a b c", "b c", ("a b c", "b c")),
        ("a  b", "a b", ("'a  b'", "'a b'")),
        ("", "a", ("", "a")),
        ("None", "int8", ("None", "int8")),
    ],
)
def test_the_first_difference_is_shown_with_its_context(
    first: str, second: str, expected: tuple[str, str]
) -> None:
    assert differing_words(first, second) == expected


def test_a_long_difference_is_cut() -> None:
    excerpt, other = differing_words(f"same {LONG}", "same text")
    assert excerpt == "same " + " ".join(LONG.split()[:8]) + " ..."
    assert other == "same text"


def test_texts_that_differ_at_their_end_are_shown_as_different() -> None:
    first, second = differing_words(f"{LONG} summarise.", f"{LONG} short question.")
    assert first == "... word38 word39 summarise."
    assert second == "... word38 word39 short question."


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_different_texts_are_never_shown_as_equal(first: str, second: str) -> None:
    shown, other = differing_words(first, second)
    assert (shown == other) == (first == second)

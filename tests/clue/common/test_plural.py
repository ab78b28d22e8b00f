import pytest

from clue.common.plural import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (1, ("pair",), "1 pair"),
        (0, ("pair",), "0 pairs"),
        (2000, ("family", "families"), "2,000 families"),
        (1, ("row stands", "rows stand"), "1 row stands"),
    ],
)
def test_one_is_singular_and_all_else_plural(
    number: int, words: tuple[str, ...], said: str
) -> None:
    assert counted(number, *words) == said

import pytest

from clue.task.medec_notes import versions


@pytest.mark.parametrize(
    ("texts", "notes"),
    [
        ([], []),
        (["abcd", "efgh"], [0, 1]),
        (["abcd", "abxy"], [0, 0]),
        (["abcd", "axyz"], [0, 1]),
        (["ab", "axyz"], [0, 0]),
        (["xyz", "abcd", "cdef", "efgh"], [0, 1, 1, 1]),
        (["abcd", "efgh", "cdef"], [0, 0, 0]),
        (["", "a", ""], [0, 1, 2]),
    ],
)
def test_texts_that_share_half_of_the_shorter_one_are_versions(
    texts: list[str], notes: list[int]
) -> None:
    assert versions([frozenset(text) for text in texts]) == notes

"""Nodes of the tree of all prefixes, against the set of prefixes itself."""

from hypothesis import given
from hypothesis import strategies as st

from clue.common.prefix_tree import distinct_prefixes, shared_beginning

TEXTS = st.lists(st.text("ab\U0010ffff", max_size=12), max_size=20)


@given(TEXTS)
def test_every_prefix_counts_once(texts: list[str]) -> None:
    prefixes = {text[:length] for text in texts for length in range(1, len(text) + 1)}
    assert distinct_prefixes(texts) == len(prefixes)


def test_a_text_shares_all_of_itself() -> None:
    assert [shared_beginning("knee", other) for other in ("knee", "knees", "kn", "", "elbow")] == [
        *(4, 4, 2, 0, 0),
    ]

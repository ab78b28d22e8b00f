from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clue.backends.huggingface import shared_prefix
from clue.backends.huggingface.shared_prefix import (
    common_prefix,
    families,
    reading_order,
    shared_length,
)

tokens = st.lists(st.integers(0, 2), min_size=1, max_size=60)
rows = st.lists(tokens, min_size=1, max_size=12)


def family(first: int, common: int, members: int, rest: int = 5) -> list[list[int]]:
    return [[first] * common + [100 + i] * (rest + i) for i in range(members)]


@given(tokens, tokens)
def test_what_is_shared_begins_both_and_leaves_each_a_token(a: list[int], b: list[int]) -> None:
    length = shared_length(a, b)
    assert a[:length] == b[:length]
    assert length < min(len(a), len(b))
    assert length == min(len(a), len(b)) - 1 or a[length] != b[length]


@given(rows, tokens)
def test_a_common_beginning_begins_every_row(tails: list[list[int]], head: list[int]) -> None:
    prompts = [head * 3 + tail for tail in tails]
    prefix = common_prefix(prompts)
    assert not prefix or len(prefix) >= shared_prefix.MIN_PREFIX
    for row in prompts:
        assert row[: len(prefix)] == prefix
        assert len(row) > len(prefix)
    if len(prompts) > 1 and len(head) * 3 >= shared_prefix.MIN_PREFIX:
        assert prefix[: len(head) * 3] == head * 3


@given(rows)
def test_every_row_is_read_once_and_where_nothing_is_shared_the_longest_first(
    prompts: list[list[int]],
) -> None:
    order = reading_order(prompts, 0, 1024)
    assert sorted(order) == list(range(len(prompts)))
    lengths = [len(prompts[index]) for index in order]
    assert all(a >= b for a, b in pairwise(lengths))  # 60 tokens are worth no family


def test_a_family_stands_together_in_the_place_of_its_longest() -> None:
    prompts = [[7] * 50, *family(1, 600, 3), [8] * 700, *family(2, 600, 3, rest=200), [9] * 40]
    order = reading_order(prompts[::-1], 0, 1024)
    kinds = [prompts[::-1][index][0] for index in order]
    assert kinds == [2, 2, 2, 8, 1, 1, 1, 7, 9]


def test_rows_of_a_family_stand_by_length_and_families_within_it_together() -> None:
    head = [1] * 600
    inner = [[*head, *[2] * 300, 50 + n, *[3] * n] for n in (5, 90, 30)]
    alone = [[*head, 60 + n, *[4] * n] for n in (400, 1, 320, 20)]
    prompts = [alone[0], inner[0], alone[1], inner[1], alone[2], inner[2], alone[3]]
    order = reading_order(prompts, 0, 256)
    assert [prompts[index] for index in order] == [
        *(alone[0], inner[1], inner[2], inner[0]),
        *(alone[2], alone[3], alone[1]),
    ]


def test_a_family_must_save_what_a_pass_costs() -> None:
    assert list(families(family(1, 1023, 2), 0, 1024)) == []
    assert list(families(family(1, 1024, 2), 0, 1024)) == [(0, 2)]
    assert list(families(family(1, 63, 9), 0, 256)) == []
    assert list(families(family(1, 64, 5), 0, 256)) == [(0, 5)]
    assert list(families(family(1, 600, 3), 200, 1024)) == []  # 200 of them are read already

import random

from hypothesis import given
from hypothesis import strategies as st

from clue.common.batch_plan import plan

budgets = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 100)), max_size=60)


@given(budgets, st.integers(1, 4000), st.integers(1, 16), st.randoms() | st.none())
def test_every_prompt_is_in_one_batch_that_keeps_its_bounds(
    prompts: list[tuple[int, int]], tokens: int, size: int, shuffling: random.Random | None
) -> None:
    order = list(range(len(prompts)))
    if shuffling:
        shuffling.shuffle(order)
    batches = plan(prompts, tokens, size, order if shuffling else None)
    grouped = [index for batch in batches for index in batch]
    assert grouped == order if shuffling else sorted(grouped) == order
    for batch in batches:
        assert len(batch) <= size
        widest = max(sum(prompts[index]) for index in batch)
        assert len(batch) == 1 or widest * len(batch) <= tokens


def test_the_longest_come_first_and_equals_keep_their_order() -> None:
    assert plan([(1, 1), (9, 1), (1, 1), (5, 1)], tokens=20, size=2) == [[1, 3], [0, 2]]


def test_a_batch_is_as_wide_as_its_widest_wherever_that_stands() -> None:
    assert plan([(1, 1), (9, 1), (1, 1)], tokens=20, size=9, order=[0, 1, 2]) == [[0, 1], [2]]

from hypothesis import given
from hypothesis import strategies as st

from clue.batches import plan

budgets = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 100)), max_size=60)


@given(budgets, st.integers(1, 4000), st.integers(1, 16))
def test_every_prompt_is_in_one_batch_that_keeps_its_bounds(
    prompts: list[tuple[int, int]], tokens: int, size: int
) -> None:
    batches = plan(prompts, tokens, size)
    assert sorted(index for batch in batches for index in batch) == list(range(len(prompts)))
    for batch in batches:
        assert len(batch) <= size
        widest = max(sum(prompts[index]) for index in batch)
        assert len(batch) == 1 or widest * len(batch) <= tokens


def test_the_longest_come_first_and_equals_keep_their_order() -> None:
    assert plan([(1, 1), (9, 1), (1, 1), (5, 1)], tokens=20, size=2) == [[1, 3], [0, 2]]

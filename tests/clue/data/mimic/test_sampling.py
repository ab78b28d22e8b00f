from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from clue.data.mimic.sampling import StreamSample

ITEMS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 99)), unique_by=lambda item: item[1], max_size=40
)


def drawn(items: list[tuple[int, int]], size: int, seed: int = 1) -> dict[int, int]:
    sample: StreamSample[tuple[int, int]] = StreamSample(size, seed)
    for unit, name in items:
        sample.offer(str(unit), str(name), (unit, name))
    items_drawn = sample.drawn()
    assert len({unit for unit, _ in items_drawn}) == len(items_drawn)
    return dict(items_drawn)


@given(items=ITEMS, size=st.integers(1, 12), random=st.randoms(use_true_random=False))
def test_the_order_of_the_stream_does_not_matter(items, size, random) -> None:  # type: ignore[no-untyped-def]
    first = drawn(items, size)
    random.shuffle(items)
    assert drawn(items, size) == first


@given(items=ITEMS, size=st.integers(1, 12))
def test_a_sample_has_the_size_asked_for_as_far_as_there_are_units(
    items: list[tuple[int, int]], size: int
) -> None:
    chosen = drawn(items, size)
    assert len(chosen) == min(size, len({unit for unit, _ in items}))
    assert set(chosen.items()) <= set(items)


@given(items=ITEMS, size=st.integers(1, 12))
def test_a_larger_sample_holds_the_smaller_one(items: list[tuple[int, int]], size: int) -> None:
    assert drawn(items, size).items() <= drawn(items, size + 1).items()


def test_units_with_many_items_are_not_drawn_more_often() -> None:
    items = [(0, name) for name in range(20)] + [(unit, 100 + unit) for unit in range(1, 10)]
    units = Counter(next(iter(drawn(items, 1, seed))) for seed in range(300))
    assert units[0] < 60  # 30 are expected; were letters drawn, 207
    assert len(units) == 10


def test_items_of_a_unit_are_equally_likely_and_the_seed_decides() -> None:
    names = Counter(drawn([(0, 1), (0, 2)], 1, seed)[0] for seed in range(200))
    assert min(names.values()) > 70

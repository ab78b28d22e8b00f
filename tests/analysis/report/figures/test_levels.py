"""Names beside a figure: near their points, apart from each other."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.report.figures.levels import _spread


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_names_keep_their_order_their_distance_and_inside(wanted: list[float]) -> None:
    step = 0.05
    places = _spread(sorted(wanted, reverse=True), step)
    assert all(a - b >= step - 1e-9 for a, b in pairwise(places))
    assert max(places) <= 1 + 1e-9
    assert min(places) >= -1e-9


def test_names_with_room_stay_where_they_are() -> None:
    assert _spread([0.9, 0.5, 0.1], 0.05) == [0.9, 0.5, 0.1]


def test_a_crowd_is_spread_to_both_sides() -> None:
    assert [round(place, 6) for place in _spread([0.5, 0.5, 0.5], 0.1)] == [0.6, 0.5, 0.4]

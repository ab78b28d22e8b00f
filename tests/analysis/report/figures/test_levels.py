"""Labels at the side of the levels figure: close to their points, at a distance from each other."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.report.figures.labelled_points import spread


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_labels_keep_their_order_and_distance_within_the_axes(heights: list[float]) -> None:
    step = 0.05
    positions = spread(sorted(heights, reverse=True), step)
    assert all(a - b >= step - 1e-9 for a, b in pairwise(positions))
    assert max(positions) <= 1 + 1e-9
    assert min(positions) >= -1e-9


def test_labels_with_enough_room_are_not_moved() -> None:
    assert spread([0.9, 0.5, 0.1], 0.05) == [0.9, 0.5, 0.1]


def test_crowded_labels_are_spread_to_both_sides() -> None:
    assert [round(position, 6) for position in spread([0.5, 0.5, 0.5], 0.1)] == [0.6, 0.5, 0.4]

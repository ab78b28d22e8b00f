from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.sign_flip.tails import LARGEST, convolvable, convolved, enumerated, steps

integers = st.lists(st.integers(-6, 6), min_size=1, max_size=9)


@given(integers)
def test_both_tails_are_those_of_all_patterns(values: list[int]) -> None:
    outcomes = np.array([*product((1, -1), repeat=len(values))]) @ values
    tails = enumerated(np.array(values, dtype=float)), convolved(np.array(values))
    for t in np.unique(outcomes):
        expected = (outcomes >= t).mean()
        assert tails[0](float(t)) == expected
        assert tails[1](float(t)) == pytest.approx(expected, rel=1e-13)


def test_small_tails_keep_their_digits_and_never_vanish() -> None:
    assert convolved(np.ones(1000, dtype=np.int64))(1000) == pytest.approx(0.5**1000, rel=1e-10)
    assert 0 < convolved(np.ones(5000, dtype=np.int64))(5000) < 1e-300
    halves = convolved(np.array([1] * 400 + [2] * 100))
    assert halves(600) == pytest.approx(0.5**500, rel=1e-10)


def test_steps_of_one_size_are_a_binomial_law_however_large() -> None:
    tail = convolved(np.full(100, 10**9))
    assert tail(20 * 10**9) == pytest.approx(stats.binom.sf(59, 100, 0.5), rel=1e-12)


def test_sums_become_whole_steps_or_are_refused() -> None:
    assert steps(np.array([0.2 + 0.4, -0.2, 0.0]), 0.2).tolist() == [3, -1, 0]
    with pytest.raises(ValueError, match=r"not multiples of the step size 0\.2"):
        steps(np.array([0.3]), 0.2)


def test_only_what_is_quick_is_convolved() -> None:
    assert convolvable(np.zeros(3, dtype=np.int64))
    assert convolvable(np.full(10, LARGEST))
    assert convolvable(np.array([LARGEST - 1, 1]))
    assert not convolvable(np.array([LARGEST, 1]))

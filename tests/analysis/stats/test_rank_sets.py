"""Rank sets: R's InsectSprays, and what must hold for any scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.rank_sets import rank_sets

SPRAYS = {
    "A": [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13],
    "B": [11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13],
    "C": [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4],
    "D": [3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4],
    "E": [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4],
    "F": [11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13],
}


def test_insect_sprays_by_welchs_test() -> None:
    counts = list(SPRAYS.values())
    p = np.array([[stats.ttest_ind(a, b, equal_var=False).pvalue for b in counts] for a in counts])
    ranks = rank_sets([float(np.mean(one)) for one in counts], p)
    expected = {"A": (1, 3), "B": (1, 3), "F": (1, 3), "D": (4, 5), "E": (4, 6), "C": (5, 6)}
    assert {name: tuple(ranks[number]) for number, name in enumerate(SPRAYS)} == expected


def test_models_that_were_not_tested_keep_all_ranks() -> None:
    p = np.array([[1.0, np.nan, 0.001], [np.nan, 1.0, np.nan], [0.001, np.nan, 1.0]])
    assert rank_sets([3.0, 2.0, 1.0], p) == [(1, 2), (1, 3), (2, 3)]


def test_untested_pairs_count_in_the_family() -> None:
    p = np.full((3, 3), np.nan)
    p[0, 1] = p[1, 0] = 0.02
    assert rank_sets([3.0, 2.0, 1.0], p) == [(1, 3)] * 3
    p[0, 1] = p[1, 0] = 0.05 / 3
    assert rank_sets([3.0, 2.0, 1.0], p) == [(1, 2), (2, 3), (1, 3)]


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=7), st.integers(0, 99))
def test_rank_sets_follow_their_models(scores: list[float], seed: int) -> None:
    m = len(scores)
    p = np.random.default_rng(seed).random((m, m)) ** 6
    p = np.minimum(p, p.T)
    ranks = rank_sets(scores, p)
    chosen = np.random.default_rng(seed).permutation(m)
    assert rank_sets(np.array(scores)[chosen], p[np.ix_(chosen, chosen)]) == [
        ranks[index] for index in chosen
    ]
    place = stats.rankdata(-np.array(scores), method="min")
    ties = stats.rankdata(-np.array(scores), method="max")
    for (first, last), least, most in zip(ranks, place, ties, strict=True):
        assert 1 <= first <= least
        assert most <= last <= m
    upside_down = rank_sets([-score for score in scores], p)
    assert upside_down == [(m + 1 - last, m + 1 - first) for first, last in ranks]


@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_alpha_is_the_level(alpha: float) -> None:
    p = np.array([[1.0, 0.1], [0.1, 1.0]])
    assert rank_sets([2.0, 1.0], p, alpha) == ([(1, 1), (2, 2)] if alpha > 0.1 else [(1, 2)] * 2)

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.stats.multiplicity import benjamini_hochberg, holm, partial_conjunction, replicable

PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240),
    *(0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]
"""Benjamini and Hochberg 1995, section 4."""
DATASETS = [0.168, 0.297, 0.357, 0.019, 0.218, 0.001]
"""Dror et al. 2017, the example of their program."""
SOME_P = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_benjamini_and_hochbergs_own_example() -> None:
    assert (holm(PUBLISHED) <= 0.05).sum() == 3
    adjusted = benjamini_hochberg(PUBLISHED)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])


def test_replicability_of_drors_example() -> None:
    assert partial_conjunction(DATASETS)[:3] == pytest.approx([0.006, 0.095, 0.672], abs=5e-4)
    fisher = partial_conjunction(DATASETS, "fisher")
    assert fisher[:3] == pytest.approx([0.00102, 0.0399, 0.19598], abs=5e-6, rel=5e-3)
    assert (replicable(DATASETS), replicable(DATASETS, combine="fisher")) == (1, 2)
    assert np.flatnonzero(holm(DATASETS) <= 0.05).tolist() == [5]


@given(SOME_P, st.sampled_from([0.01, 0.025, 0.05]))
def test_the_bonferroni_count_is_holms_count(p: list[float], alpha: float) -> None:
    assert replicable(p, alpha) == (holm(p) <= alpha).sum()


@given(SOME_P)
def test_partial_conjunctions_ascend_from_the_global_test(p: list[float]) -> None:
    for combine in ("bonferroni", "fisher"):
        adjusted = partial_conjunction(p, combine)
        assert (np.diff(adjusted) >= 0).all()
        assert adjusted[-1] <= 1
    assert partial_conjunction(p)[0] == pytest.approx(min(1.0, len(p) * min(p)))


@given(st.lists(st.floats(1e-6, 1), min_size=2, max_size=12))
def test_fishers_first_claim_is_scipys_combined_p(p: list[float]) -> None:
    expected = stats.combine_pvalues(p, method="fisher").pvalue
    assert partial_conjunction(p, "fisher")[0] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_adjusted_values_agree_with_statsmodels(seed: int) -> None:
    p = np.random.default_rng(seed).random(12) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


@given(SOME_P)
def test_holm_by_its_definition(p: list[float]) -> None:
    order = sorted(range(len(p)), key=p.__getitem__)
    worst, expected = 0.0, [0.0] * len(p)
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[index]))
        expected[index] = worst
    assert holm(p) == pytest.approx(expected)


@given(SOME_P, st.randoms())
def test_order_does_not_matter(p: list[float], random: object) -> None:
    order = list(range(len(p)))
    random.shuffle(order)  # type: ignore[attr-defined]
    for adjust in (holm, benjamini_hochberg):
        assert adjust([p[index] for index in order]) == pytest.approx(adjust(p)[order])


def test_what_cannot_be_tested_stays_in_the_family() -> None:
    adjusted = holm([0.01, math.nan, 0.02])
    assert adjusted[[0, 2]] == pytest.approx([0.03, 0.04])
    assert math.isnan(adjusted[1])
    assert math.isnan(benjamini_hochberg([math.nan, 0.01])[0])
    assert replicable([0.01, math.nan]) == 1
    assert replicable([0.03, math.nan]) == 0


def test_an_empty_family_is_empty() -> None:
    assert holm([]).size == benjamini_hochberg([]).size == partial_conjunction([]).size == 0
    assert replicable([]) == 0


def test_a_p_value_of_zero_is_no_obstacle_to_fisher() -> None:
    assert partial_conjunction([0.0, 0.5], "fisher")[0] == 0.0

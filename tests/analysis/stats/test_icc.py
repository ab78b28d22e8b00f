"""Intra-cluster correlation, design effect, and skewness of cluster means."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from analysis.stats.clusters import design_effect, icc, skewness
from analysis.stats.paired import Array, Paired
from tests.analysis.reference import numbers, singles, sums


def one_way(values: Array, codes: NDArray[np.intp]) -> float:
    """ICC(1) from the F ratio of scipy's analysis of variance, for balanced clusters."""
    groups = [values[codes == code] for code in np.unique(codes)]
    ratio = stats.f_oneway(*groups).statistic
    return float((ratio - 1) / (ratio - 1 + len(groups[0])))


@given(st.lists(numbers, min_size=6, max_size=6, unique=True), st.sampled_from([2, 3]))
def test_icc_follows_from_the_f_ratio(values: list[float], size: int) -> None:
    codes = np.arange(6) // size
    paired = Paired.of([*"abcdef"], [*map(str, codes)], np.zeros(6), values)
    assert icc(paired) == pytest.approx(one_way(np.array(values), codes), abs=1e-6)


def test_icc_is_one_in_uniform_clusters_and_least_where_clusters_are_alike() -> None:
    names, clusters = [*"abcdef"], [*"xxyyzz"]
    assert icc(Paired.of(names, clusters, np.zeros(6), [1, 1, 0, 0, 3, 3])) == pytest.approx(1)
    assert icc(Paired.of(names, clusters, np.zeros(6), [1, 0, 0, 1, 1, 0])) == pytest.approx(-1)
    assert math.isnan(icc(Paired.of(names, clusters, np.zeros(6), np.ones(6))))
    assert math.isnan(icc(Paired.of(names, names, np.zeros(6), [1, 2, 3, 4, 5, 6])))
    assert math.isnan(icc(Paired.of(names, [*"xxxxxx"], np.zeros(6), [1, 2, 3, 4, 5, 6])))


def test_icc_of_unequal_clusters_by_hand() -> None:
    # clusters 0 0 0 1 and 1 1: between 3/4 on 1, within 3/4 on 4, mean size 6 - 20/6 = 8/3
    paired = Paired.of([*"abcdef"], [*"xxxxyy"], np.zeros(6), [0, 0, 0, 1, 1, 1])
    assert icc(paired) == pytest.approx((3 / 4 - 3 / 16) / (3 / 4 + 5 / 3 * 3 / 16))


@given(st.lists(numbers, min_size=2, max_size=20))
def test_items_on_their_own_have_design_effect_one(values: list[float]) -> None:
    assume(np.ptp(values) > 1e-3)
    assert design_effect(singles(np.zeros(len(values)), values)) == pytest.approx(1)


def test_design_effect_of_uniform_clusters_is_about_their_size() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=200), 5)
    ids = [f"{number:04}" for number in range(1000)]
    paired = Paired.of(
        ids, [name[:3] + str(int(name[3]) // 5) for name in ids], np.zeros(1000), values
    )
    assert design_effect(paired) == pytest.approx(5, rel=0.01)
    assert math.isnan(design_effect(singles(np.zeros(5), np.ones(5))))


def test_skewness_is_of_cluster_means_and_not_of_their_rounding() -> None:
    assert skewness(sums([0, 0, 0, 0, 5], [1, 1, 1, 1, 1])) == pytest.approx(1.5)
    assert skewness(sums([0, 0, 0, 0, 10], [1, 1, 1, 1, 2])) == pytest.approx(1.5)
    assert math.isnan(skewness(sums([0.1, 0.3, 0.2], [1, 3, 2])))
    assert math.isnan(skewness(sums([0, 0], [1, 1])))

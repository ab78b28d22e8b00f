import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.effect_sizes import counts, dz, hodges_lehmann, p_sup, trimmed_mean, two_part
from analysis.stats.paired import Array, Paired
from tests.analysis.reference import DEPRESSION, MAIZE, numbers, pairs, singles


def averages(values: Array) -> Array:
    """Of all pairs, each value with itself included."""
    first, second = np.triu_indices(len(values))
    return (values[first] + values[second]) / 2


def test_fishers_maize_and_hollanders_depression() -> None:
    assert dz(MAIZE.sums).raw == pytest.approx(0.554608, abs=5e-7)
    assert hodges_lehmann(MAIZE.sums) == 25.0
    assert hodges_lehmann(DEPRESSION.sums) == pytest.approx(0.46, abs=1e-12)


def test_hedges_takes_the_bias_off() -> None:
    size = dz(MAIZE.sums)
    assert size.hedges / size.raw == pytest.approx(1 - 3 / (4 * 14 - 1), abs=2e-4)
    rng = np.random.default_rng(1)
    estimates = [dz(rng.normal(0.8, 1, 5)) for _ in range(20_000)]
    assert np.mean([one.hedges for one in estimates]) == pytest.approx(0.8, abs=0.02)
    assert np.mean([one.raw for one in estimates]) > 0.95


@pytest.mark.parametrize("values", [[0.1] * 9, [0.0, 0.0], [3.0]])
def test_without_spread_there_is_no_standardised_difference(values: list[float]) -> None:
    assert all(map(math.isnan, dz(np.array(values))))


@given(pairs())
def test_items_are_better_worse_or_tied(paired: Paired) -> None:
    better, worse, tied, both_zero = counts(paired)
    assert better + worse + tied == len(paired.ids)
    assert both_zero <= tied
    swapped = Paired.of(paired.ids, paired.clusters, paired.tuned, paired.base)
    assert counts(swapped) == (worse, better, tied, both_zero)
    assert p_sup(paired) == pytest.approx((better + tied / 2) / len(paired.ids))
    assert p_sup(paired) + p_sup(swapped) == pytest.approx(1)


def test_means_of_repeats_that_differ_by_rounding_are_ties() -> None:
    paired = singles([(0.1 + 0.2 + 0.3) / 3, 0, 0.5], [(0.3 + 0.2 + 0.1) / 3, 0, 0.5])
    assert paired.differences.any()
    assert counts(paired) == (0, 0, 3, 1)
    assert p_sup(paired) == 0.5


@given(pairs())
def test_the_two_parts_sum_to_the_difference(paired: Paired) -> None:
    assert sum(two_part(paired)) == pytest.approx(paired.sums.delta, abs=1e-12)


def test_a_degenerate_model_loses_by_zeros_and_gains_elsewhere() -> None:
    paired = singles([0.4, 0.4, 0.4, 0.4, 0.0], [0.0, 0.0, 0.9, 0.9, 0.2])
    assert two_part(paired) == pytest.approx((-0.6 / 5, 1.0 / 5))


ties = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=40)
rounded = st.lists(st.integers(-9, 9).map(lambda value: value / 10), min_size=1, max_size=40)


@given(st.lists(numbers, min_size=1, max_size=40) | ties | rounded)
def test_hodges_lehmann_is_the_median_of_all_averages(values: list[float]) -> None:
    expected = np.median(averages(np.array(values)))
    assert hodges_lehmann(np.array(values)) == pytest.approx(expected, abs=1e-12)


def test_hodges_lehmann_of_many_items_half_of_them_tied() -> None:
    rng = np.random.default_rng(0)
    for size in (999, 1000):
        values = np.where(rng.random(size) < 0.5, 0.0, rng.normal(0.5, 1, size))
        expected = np.median(averages(values))
        assert hodges_lehmann(values) == pytest.approx(expected, abs=1e-12)


def test_trimming_takes_a_share_off_either_end() -> None:
    values = np.append(np.arange(1.0, 20.0), 1e6)
    assert trimmed_mean(values) == pytest.approx(np.arange(2, 20).mean())
    assert trimmed_mean(values, 0.25) == stats.trim_mean(values, 0.25)

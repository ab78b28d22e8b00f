import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.bootstrap import bootstrap_t
from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Interval, Sums
from tests.analysis.reference import THYROIDS, sums


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def skewed(count: int = 20, seed: int = 0) -> Sums:
    random = rng(seed)
    return Sums(random.chisquare(1, count), random.integers(1, 5, count).astype(float))


def by_loop(series: Sums, draws: int) -> Interval:
    """One resample of clusters after the other, studentised by the cluster-robust error."""
    random, ratios = rng(7), []
    for _ in range(draws):
        chosen = random.integers(series.n_clusters, size=series.n_clusters)
        estimate = robust(Sums(series.sums[chosen], series.sizes[chosen]))
        ratios.append(
            abs(estimate.delta - series.delta) / estimate.se_cr0 if estimate.se_cr0 else np.inf
        )
    reach = np.quantile(ratios, 0.95) * robust(series).se_cr0
    return Interval(series.delta - reach, series.delta + reach)


@pytest.mark.parametrize("series", [skewed(), skewed(12, seed=1), THYROIDS])
def test_a_loop_over_resamples_gives_the_same_within_its_error(series: Sums) -> None:
    fast, slow = bootstrap_t(series, rng(), 20_000), by_loop(series, 5000)
    assert fast == pytest.approx(slow, abs=0.06 * (slow.high - series.delta))


def test_many_balanced_normal_clusters_give_nearly_the_t_interval() -> None:
    values: Array = rng(3).normal(size=400)
    interval, expected = bootstrap_t(sums(values), rng(), 20_000), robust(sums(values)).interval()
    assert interval == pytest.approx(expected, abs=0.05 * (expected.high - expected.low))


def test_skewed_clusters_get_a_wider_interval_than_by_t() -> None:
    interval, t = bootstrap_t(skewed(), rng()), robust(skewed()).interval()
    assert interval.high - interval.low > 1.1 * (t.high - t.low)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([0.5, 4.0]))
def test_swapping_the_models_or_changing_the_unit_moves_the_ends_with_it(
    seed: int, unit: float
) -> None:
    series = skewed(9, seed)
    low, high = bootstrap_t(series, rng(), 500)
    assert bootstrap_t(Sums(-series.sums, series.sizes), rng(), 500) == (-high, -low)
    interval = bootstrap_t(Sums(unit * series.sums, series.sizes), rng(), 500)
    assert interval == (unit * low, unit * high)


@pytest.mark.parametrize("series", [sums([2], [3]), sums([0, 0, 0]), sums([0.1] * 8)])
def test_without_spread_there_is_no_interval(series: Sums) -> None:
    assert all(map(math.isnan, bootstrap_t(series, rng(), 500)))


@pytest.mark.parametrize("common", [0.0, 0.1, -0.3])
def test_resamples_without_spread_are_infinitely_far(common: float) -> None:
    # a third of the resamples miss the one cluster that differs
    assert bootstrap_t(sums([common] * 9 + [7.7]), rng()) == (-np.inf, np.inf)


def test_resamples_that_do_not_deviate_are_not_far() -> None:
    # a tenth of the resamples miss both clusters that differ
    low, high = bootstrap_t(sums([0] * 8 + [0.7, -0.7]), rng())
    assert -np.inf < low < 0 < high < np.inf

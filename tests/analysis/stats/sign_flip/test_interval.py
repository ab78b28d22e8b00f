from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stats.paired import Sums
from analysis.stats.sign_flip import interval
from analysis.stats.sign_flip.interval import random
from tests.analysis.reference import MAIZE, clustered, sign_flip, sign_flip_interval, sums


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(autouse=True, scope="module", params=[interval.NEAR, 3])
def near(request: pytest.FixtureRequest) -> Iterator[None]:
    """Few clusters have fewer means than are computed at a time, so that nothing is bracketed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interval, "NEAR", request.param)
        yield


def test_fishers_maize_is_excluded_by_t_and_not_by_sign_flips() -> None:
    assert sign_flip_interval(MAIZE, rng()) == pytest.approx((-1 / 6, 41), abs=1e-12)


@given(clustered(smallest=6, largest=9), st.sampled_from([0.95, 0.9, 0.8]))
def test_the_limits_are_order_statistics_of_all_subsets_means(series: Sums, level: float) -> None:
    assert sign_flip_interval(series, rng(), level) == pytest.approx(
        order_statistics(series, level), abs=1e-12
    )


@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.1, 0.1, 0.3, 0.0]), st.integers(1, 60)),
        min_size=6,
        max_size=10,
    ),
    st.sampled_from([0.95, 0.5, 0.05, 0.01]),
)
def test_means_that_differ_by_rounding_only_are_ranked_as_any_others(
    clusters: list[tuple[float, int]], level: float
) -> None:
    """Their comparisons with a bound err on either side of it."""
    mean, sizes = np.array(clusters).T
    series = Sums(mean * sizes, sizes)
    assert sign_flip_interval(series, rng(), level) == pytest.approx(
        order_statistics(series, level), abs=1e-12
    )


def order_statistics(series: Sums, level: float) -> tuple[float, float]:
    """Limits from the means of all subsets, one after another."""
    members = np.array([*product((0, 1), repeat=series.n_clusters)])[1:]
    means = np.sort(members @ series.sums / (members @ series.sizes))
    rank = int((len(means) + 1) * (1 - level) / 2 + 1e-9) - 1
    return (means[rank], means[-1 - rank]) if rank >= 0 else (-np.inf, np.inf)


@given(clustered(smallest=7, largest=9))
def test_beyond_the_limits_the_one_sided_tests_reject(series: Sums) -> None:
    low, high = sign_flip_interval(series, rng(), 0.9)

    def tested(difference: float) -> tuple[float, float]:
        moved = sign_flip(Sums(series.sums - difference * series.sizes, series.sizes), rng())
        return moved.p_greater, moved.p_less

    assert tested(low - 1e-7)[0] <= 0.05 < tested(low + 1e-7)[0]
    assert tested(high + 1e-7)[1] <= 0.05 < tested(high - 1e-7)[1]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_too_few_clusters_exclude_nothing(count: int) -> None:
    assert sign_flip_interval(sums(np.arange(count) + 1.0), rng()) == (-np.inf, np.inf)
    assert sign_flip_interval(sums(np.arange(6) + 1.0), rng()) == (1, 6)


def test_random_subsets_come_near_all_of_them() -> None:
    values, sizes = rng(1).normal(1, 3, 20), rng(2).integers(1, 5, 20).astype(float)
    # 5 clusters of next to no weight make 25, too many to enumerate
    series = Sums(np.append(values, np.zeros(5)), np.append(sizes, np.full(5, 1e-9)))
    for estimate, truth in zip(
        sign_flip_interval(series, rng()),
        sign_flip_interval(Sums(values, sizes), rng()),
        strict=True,
    ):
        assert estimate == pytest.approx(truth, abs=0.02)


def test_an_empty_random_subset_counts_on_both_sides() -> None:
    series = sums(np.ones(30))
    flipped, sizes = np.arange(39.0), np.ones(39)
    assert random(series, flipped, sizes, 0.9) == (1, 37)
    flipped[5] = sizes[5] = 0
    assert random(series, flipped, sizes, 0.9) == (0, 38)
    sizes[6:8] = flipped[6:8] = 0
    assert random(series, flipped, sizes, 0.9) == (-np.inf, np.inf)


def test_identical_models_have_the_interval_zero() -> None:
    for count in (8, 30):
        assert sign_flip_interval(sums(np.zeros(count)), rng(), flips=999) == (0, 0)


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_a_rank_is_that_of_a_partition(decimals: int) -> None:
    generator = rng(decimals)
    values = np.round(generator.normal(size=9_999), decimals)
    values[generator.random(9_999) < 0.01] = np.nan  # empty subsets
    for order in (values, np.sort(values), -np.sort(-values)):
        for rank in (0, 249, 4_000, 9_700):
            assert interval._ranked(order, rank) == np.partition(order, rank)[rank]

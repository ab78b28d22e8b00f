from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.mcnemar import mcnemar
from analysis.stats.paired import Array, Paired, Sums
from analysis.stats.sign_flip.sign_flip import sign_flips_with_intervals
from tests.analysis.reference import (
    DEPRESSION,
    MAIZE,
    SLEEP,
    THYROIDS,
    clustered,
    many,
    pairs,
    sign_flip,
    sign_flip_interval,
    sums,
)

FEW = 999
"""Random flips, where their number does not matter."""


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_thyroids_of_obuchowski_by_enumeration_and_by_convolution() -> None:
    for step_size, flips in ((None, 64), (1.0, 0)):
        result = sign_flip(THYROIDS, rng(), step_size)
        assert result.p == pytest.approx(10 / 64, rel=1e-14)
        assert result.p_less == pytest.approx(5 / 64, rel=1e-14)
        assert (result.exact, result.informative, result.flips) == (True, 6, flips)
        assert result.min_attainable == 2 / 64


def test_fishers_maize_has_863_of_32768_sums_as_large() -> None:
    result = sign_flip(MAIZE, rng())
    assert result.p_greater == 863 / 32768
    assert result.p == 1726 / 32768
    assert result.p == pytest.approx(0.0526733, abs=5e-8)
    assert result.p_less == 1 - 835 / 32768
    assert sign_flip(MAIZE, rng(), 1.0).p == pytest.approx(result.p, rel=1e-13)


def test_students_sleep_and_hollanders_depression() -> None:
    result = sign_flip(SLEEP, rng())
    assert (result.p, result.informative) == (4 / 1024, 9)
    ranks = stats.rankdata(abs(DEPRESSION.sums)) * np.sign(DEPRESSION.sums)
    # the sign flip of ranks is Wilcoxon's test
    assert sign_flip(sums(ranks), rng()).p_greater == 0.01953125
    assert sign_flip(sums(ranks), rng()).p == 0.0390625


@settings(max_examples=40)
@given(clustered(largest=8))
def test_enumeration_agrees_with_scipy(series: Sums) -> None:
    values = np.round(series.sums * 64) / 64  # scipy misses ties that differ by rounding
    result = sign_flip(sums(values), rng())
    for name, alternative in (("p", "two-sided"), ("p_greater", "greater"), ("p_less", "less")):
        expected = stats.permutation_test(
            (values,),
            np.sum,
            permutation_type="samples",
            vectorized=True,
            n_resamples=2**20,
            alternative=alternative,
        )
        assert getattr(result, name) == pytest.approx(expected.pvalue, rel=1e-12)


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=200))
def test_single_right_or_wrong_items_give_mcnemars_exact_test(values: list[int]) -> None:
    b, c = values.count(-1), values.count(1)
    result = sign_flip(sums(values), rng(), 1.0)
    assert result.exact
    assert result.p == pytest.approx(mcnemar(b, c).exact, rel=1e-11)
    assert result.p_greater == pytest.approx(
        stats.binomtest(c, b + c or 1, alternative="greater").pvalue if b + c else 1, rel=1e-11
    )


@given(clustered(largest=8), st.integers(1, 4))
def test_in_balance_the_studentised_mean_gives_the_same_p(series: Sums, size: int) -> None:
    def studentised(values: Array) -> float:
        spread = np.sqrt(((values - values.mean()) ** 2).sum())
        return float(abs(values.sum()) / spread) if spread > 1e-9 else np.inf

    values = series.sums
    assume(np.ptp(np.abs(values)) > 1e-3)
    patterns = [studentised(values * signs) for signs in product((1, -1), repeat=len(values))]
    expected = np.mean([one >= studentised(values) * (1 - 1e-9) for one in patterns])
    assert sign_flip(Sums(values, np.full(len(values), size)), rng()).p == pytest.approx(expected)


@given(clustered(largest=8))
def test_swapping_the_models_keeps_p_and_swaps_the_sides(series: Sums) -> None:
    for one in (series, many()[0]):
        result, swapped = (
            sign_flip(Sums(side * one.sums, one.sizes), rng(), flips=FEW) for side in (1, -1)
        )
        assert swapped.p == result.p
        assert (swapped.p_less, swapped.p_greater) == (result.p_greater, result.p_less)
        low, high = sign_flip_interval(one, rng(), flips=FEW)
        assert sign_flip_interval(Sums(-one.sums, one.sizes), rng(), flips=FEW) == (-high, -low)


@given(pairs(st.sampled_from([0.0, 0.25, 0.5])), st.sampled_from([0.25, 1.0, 8.0]))
def test_adding_a_constant_to_both_models_changes_nothing(paired: Paired, constant: float) -> None:
    moved = Paired.of(paired.ids, paired.clusters, paired.base + constant, paired.tuned + constant)
    assert sign_flip(moved.sums, rng()) == sign_flip(paired.sums, rng())
    assert sign_flip_interval(moved.sums, rng()) == sign_flip_interval(paired.sums, rng())


def test_random_flips_agree_with_all_of_them_within_their_error() -> None:
    for seed in range(3):
        values = np.concatenate([rng(seed).normal(0.35, 1, 20), np.full(5, 1e-9)])
        estimate = sign_flip(sums(values), rng(seed), flips=19_999)
        truth = sign_flip(sums(values[:20]), rng())
        assert (estimate.exact, truth.exact) == (False, True)
        for name in ("p", "p_greater", "p_less"):
            p = getattr(truth, name)
            error = (p * (1 - p) / 20_000) ** 0.5
            assert getattr(estimate, name) == pytest.approx(p, abs=3 * error)


def test_random_flips_count_the_data_and_are_never_zero() -> None:
    result = sign_flip(sums(np.ones(64)), rng(), flips=FEW)
    assert result.p == result.p_greater == result.min_attainable == 1 / (FEW + 1)
    assert result.p_less == 1
    assert (result.exact, result.flips, result.informative) == (False, FEW, 64)


def test_ties_with_the_data_count_whatever_the_rounding() -> None:
    values = np.tile([0.1, 0.2, -0.3], 8)  # sums to 0 up to rounding, as do many patterns
    assert sign_flip(sums(values), rng(), flips=FEW).p == 1
    thirds = np.tile([1 / 3, 2 / 3, -1 / 7], 9)
    whole = np.round(thirds * 21)
    estimate, same = (sign_flip(sums(one), rng(), flips=FEW) for one in (thirds, whole))
    assert estimate == same
    assert sign_flip(sums(thirds[:15]), rng()) == sign_flip(sums(whole[:15]), rng())


def test_the_law_of_whole_sums_agrees_with_random_flips_at_any_number_of_clusters() -> None:
    values = rng(2).integers(-3, 4, 474).astype(float) + (rng(3).random(474) < 0.06)
    exact = sign_flip(sums(values), rng(), 1.0)
    estimate = sign_flip(sums(values), rng(), flips=19_999)
    assert exact.exact
    assert not estimate.exact
    assert estimate.p == pytest.approx(exact.p, abs=3 * (exact.p * (1 - exact.p) / 20_000) ** 0.5)


@pytest.mark.parametrize("count", [1, 2, 7, 21, 40])
def test_identical_models_have_p_one(count: int) -> None:
    for step_size in (None, 1.0):
        result = sign_flip(sums(np.zeros(count)), rng(), step_size, FEW)
        assert (result.p, result.p_greater, result.p_less) == (1, 1, 1)
        assert (result.informative, result.min_attainable, result.exact) == (0, 1, True)


def test_what_only_few_clusters_can_say_is_known() -> None:
    result = sign_flip(sums([1, 2, 3, 4, 5, 0, 0]), rng())
    assert result.p == result.min_attainable == 2 / 2**5
    assert result.informative == 5


def test_clusters_whose_differences_cancel_out_say_nothing() -> None:
    result = sign_flip(sums([0.1 + 0.2 - 0.3, 1, 1]), rng())
    assert result.informative == 2


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from([8, 25]), st.floats(-1, 1))
@example(1312, 25, 0.078125)  # 5 of 25 clusters do not differ: an exact test, a random interval
def test_test_and_interval_agree(seed: int, clusters: int, shift: float) -> None:
    random = rng(seed)
    series = Sums(random.normal(shift, 1, clusters).round(1), random.integers(1, 4, clusters) * 1.0)
    ((test, (low, high)),) = sign_flips_with_intervals([series], rng(seed), flips=FEW, level=0.9)
    assert (low > 0) == (test.p_greater <= 0.05)
    assert (high < 0) == (test.p_less <= 0.05)

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.clusters import (
    design_effect,
    icc,
    influence,
    mean_of_clusters,
    robust,
    skewness,
)
from analysis.stats.paired import Paired, Sums
from tests.analysis.reference import MAIZE, SLEEP, THYROIDS, clustered, numbers, pairs, sums

GAPPED = sums([3, 1, -1, 1], [4, 3, 2, 1])


def test_unequal_clusters_by_hand() -> None:
    estimate = robust(GAPPED)
    assert estimate.delta == pytest.approx(0.4)
    assert (estimate.n, estimate.n_clusters, estimate.max_share) == (10, 4, 0.4)
    assert estimate.se_cr0 == pytest.approx(0.2366432, abs=5e-8)
    assert estimate.se_cr1 == pytest.approx(0.2732520, abs=5e-8)
    assert estimate.se_cr2 == pytest.approx(0.2788155, abs=5e-8)
    assert estimate.df == pytest.approx(2.3924051, abs=5e-8)


def test_the_mean_over_unequal_clusters_by_hand() -> None:
    """Cluster means .75, .3333, -.5 and 1: their mean is not the item mean of .4."""
    estimate = mean_of_clusters(GAPPED)
    assert estimate.delta == pytest.approx(0.39583, abs=5e-6)
    assert (estimate.df, estimate.n_clusters) == (pytest.approx(3), 4)
    assert estimate.t == pytest.approx(1.2041, abs=5e-5)
    assert estimate.p == pytest.approx(0.3149, abs=5e-5)
    assert estimate.interval() == pytest.approx((-0.6504, 1.4420), abs=5e-5)


@given(st.lists(numbers, min_size=2, max_size=15), st.integers(1, 7))
def test_the_mean_over_equal_clusters_is_that_over_items(means: list[float], size: int) -> None:
    series = sums(size * np.array(means), np.full(len(means), size))
    over_items, over_clusters = robust(series), mean_of_clusters(series)
    assert over_clusters.delta == pytest.approx(over_items.delta, abs=1e-12)
    assert over_clusters.se_cr2 == pytest.approx(over_items.se_cr2, abs=1e-12)
    assert over_clusters.df == pytest.approx(over_items.df)


def test_thyroids_of_obuchowski() -> None:
    estimate = robust(THYROIDS)
    assert [estimate.se_cr0, estimate.se_cr1, estimate.se_cr2] == pytest.approx(
        [0.0616828, 0.0632060, 0.0632678], abs=5e-8
    )
    assert estimate.df == pytest.approx(17.98889, abs=5e-6)
    assert estimate.t == pytest.approx(-1.859508, abs=5e-7)
    assert estimate.p == pytest.approx(0.0793902, abs=5e-8)
    assert estimate.interval() == pytest.approx((-0.250574, 0.015280), abs=5e-7)


def test_fishers_maize_and_students_sleep_are_plain_t_tests() -> None:
    maize, sleep = robust(MAIZE), robust(SLEEP)
    assert (maize.t, maize.p) == pytest.approx((2.147987, 0.0497029), abs=5e-7)
    # the upper end is 2 * 314 / 15 less the lower one
    assert maize.interval() == pytest.approx((0.031193, 41.835473), abs=5e-7)
    assert sleep.t == pytest.approx(-4.062128, abs=5e-7)
    assert sleep.p == pytest.approx(0.00283289, abs=5e-9)
    assert sleep.interval() == pytest.approx((-2.459886, -0.700114), abs=5e-7)


@given(st.lists(numbers, min_size=2, max_size=15), st.integers(1, 7))
def test_balanced_clusters_are_a_t_test_on_their_means(means: list[float], size: int) -> None:
    assume(np.ptp(means) > 1e-3)
    estimate = robust(sums(size * np.array(means), np.full(len(means), size)))
    expected = stats.ttest_1samp(means, 0)
    assert estimate.df == pytest.approx(len(means) - 1)
    assert estimate.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert estimate.interval(0.9) == pytest.approx(expected.confidence_interval(0.9), abs=1e-9)


@given(pairs())
def test_cr0_and_cr1_are_those_of_statsmodels_and_cr0_is_millers(paired: Paired) -> None:
    estimate = robust(paired.sums)
    assume(paired.sums.n_clusters > 1)
    fits = [
        sm.OLS(paired.differences, np.ones(len(paired.ids))).fit(
            cov_type="cluster", cov_kwds={"groups": paired.codes, "use_correction": correct}
        )
        for correct in (False, True)
    ]
    assert estimate.se_cr0 == pytest.approx(fits[0].bse[0], abs=1e-12)
    assert estimate.se_cr1 == pytest.approx(fits[1].bse[0], abs=1e-12)
    assert estimate.se_cr0 == pytest.approx(miller(paired), abs=1e-12)


def miller(paired: Paired) -> float:
    """Miller 2024: products of deviations of all pairs of items within clusters."""
    deviation = paired.differences - paired.differences.mean()
    same = paired.codes[:, None] == paired.codes
    return float(np.sqrt((np.outer(deviation, deviation) * same).sum())) / len(deviation)


@given(clustered())
def test_cr2_and_its_degrees_of_freedom_are_those_of_the_matrix_formula(series: Sums) -> None:
    variance, df = by_matrices(series)
    estimate = robust(series)
    assert estimate.se_cr2**2 == pytest.approx(variance, rel=1e-9, abs=1e-15)
    assert estimate.df == pytest.approx(df, rel=1e-9)


def by_matrices(series: Sums) -> tuple[float, float]:
    """Pustejovsky and Tipton 2018 for an intercept and a working model of independence."""
    codes = np.repeat(np.arange(series.n_clusters), series.sizes.astype(int))
    y = (series.sums / series.sizes)[codes]
    n = len(y)
    residual_maker = np.eye(n) - 1 / n
    variance, columns = 0.0, []
    for code in range(series.n_clusters):
        inside = codes == code
        block = residual_maker[np.ix_(inside, inside)]
        roots, vectors = np.linalg.eigh(block)
        half = vectors @ np.diag(roots.clip(1e-12) ** -0.5) @ vectors.T
        share = half.sum(axis=0) / n
        variance += float(share @ (residual_maker @ y)[inside]) ** 2
        columns.append(residual_maker[:, inside] @ share)
    joint = np.array(columns) @ np.array(columns).T
    return variance, float(np.trace(joint) ** 2 / (joint**2).sum())


@given(clustered())
def test_swapping_the_models_turns_the_sign_and_nothing_else(series: Sums) -> None:
    estimate, swapped = robust(series), robust(Sums(-series.sums, series.sizes))
    assert swapped.delta == -estimate.delta
    assert (swapped.se_cr2, swapped.df) == (estimate.se_cr2, estimate.df)
    assert np.array_equal([swapped.p], [estimate.p], equal_nan=True)
    low, high = estimate.interval()
    assert swapped.interval() == (-high, -low)


@given(pairs(), st.randoms())
def test_order_of_rows_changes_no_bit(paired: Paired, random: object) -> None:
    order = list(range(len(paired.ids)))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = Paired.of(
        [paired.ids[place] for place in order],
        [paired.clusters[place] for place in order],
        paired.base[order],
        paired.tuned[order],
    )
    for measure in (design_effect, icc, lambda one: skewness(one.sums)):
        assert str(measure(paired)) == str(measure(other))
    assert str(robust(paired.sums)) == str(robust(other.sums))


@given(clustered())
def test_influences_give_the_variance_and_sum_in_balance_to_zero(series: Sums) -> None:
    influences = influence(series)
    assert (influences**2).sum() == pytest.approx(robust(series).se_cr2 ** 2, abs=1e-15)
    balanced = influence(Sums(series.sums, np.full(len(series.sums), 3.0)))
    assert balanced.sum() == pytest.approx(0, abs=1e-12)


def test_one_cluster_has_no_error_to_estimate() -> None:
    estimate = robust(sums([2], [3]))
    assert estimate.delta == pytest.approx(2 / 3)
    assert estimate.se_cr0 == 0
    undefined = (
        estimate.se_cr1,
        estimate.se_cr2,
        estimate.df,
        estimate.t,
        estimate.p,
        *estimate.interval(),
    )
    assert all(map(math.isnan, undefined))
    assert np.isnan(influence(sums([2], [3]))).all()


@pytest.mark.parametrize(
    "series", [sums([0, 0, 0], [1, 2, 1]), sums([0.1] * 7), sums([0.3, 0.6], [1, 2])]
)
def test_clusters_that_agree_have_error_zero_and_no_p(series: Sums) -> None:
    estimate = robust(series)
    assert estimate.se_cr2 == 0
    assert math.isnan(estimate.t)
    assert math.isnan(estimate.p)
    assert estimate.interval() == (estimate.delta, estimate.delta)

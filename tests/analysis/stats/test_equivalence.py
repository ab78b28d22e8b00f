import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from analysis.stats.clusters import robust
from analysis.stats.equivalence import noninferiority, rope, smallest_margin, tost
from analysis.stats.paired import Sums
from tests.analysis.reference import DEPRESSION, SLEEP, clustered, sums

margins = st.floats(0.01, 2)


def test_hollanders_depression_within_eight_tenths() -> None:
    estimate = robust(DEPRESSION)
    assert tost(estimate, 0.8) == pytest.approx(0.0161282, abs=5e-8)
    assert (estimate.delta - 0.8) / estimate.se_cr2 == pytest.approx(-2.587136, abs=5e-7)
    assert estimate.interval(0.9) == pytest.approx((0.167303, 0.696475), abs=5e-7)
    assert smallest_margin(estimate) == pytest.approx(0.696475, abs=5e-7)


def test_rope_of_students_sleep() -> None:
    region = rope(robust(SLEEP), 1)
    assert region[:2] == pytest.approx((0.914944, 0.085008), abs=5e-7)
    assert region.above == pytest.approx(4.78e-5, abs=5e-8)


@given(clustered(smallest=3), margins)
def test_single_items_agree_with_statsmodels(series: Sums, margin: float) -> None:
    estimate = robust(sums(series.sums))
    assume(estimate.se_cr2 > 1e-3)
    expected = ttost_paired(series.sums, 0 * series.sums, -margin, margin)[0]
    assert tost(estimate, margin) == pytest.approx(expected, rel=1e-7, abs=1e-15)


@given(clustered(), margins)
def test_equivalence_is_the_90_percent_interval_inside_the_margins(
    series: Sums, margin: float
) -> None:
    estimate = robust(series)
    assume(estimate.se_cr2 > 1e-3)
    low, high = estimate.interval(0.9)
    smallest = smallest_margin(estimate)
    assume(abs(smallest - margin) > 1e-9)
    assert (tost(estimate, margin) <= 0.05) == (-margin < low and high < margin)
    assert (tost(estimate, margin) <= 0.05) == (smallest < margin)
    assert tost(estimate, smallest) == pytest.approx(0.05)


@given(clustered(), margins)
def test_rope_sums_to_one_and_its_ends_are_the_one_sided_tests(series: Sums, margin: float) -> None:
    estimate = robust(series)
    assume(estimate.se_cr2 > 1e-3)
    region = rope(estimate, margin)
    assert sum(region) == pytest.approx(1)
    assert min(region) >= -1e-12
    assert max(region.below, region.above) == pytest.approx(tost(estimate, margin), abs=1e-12)
    assert noninferiority(estimate, margin) == pytest.approx(region.below)
    swapped = rope(robust(Sums(-series.sums, series.sizes)), margin)
    assert swapped == pytest.approx(region[::-1], abs=1e-12)


@pytest.mark.parametrize("series", [sums([2], [3]), sums([0, 0, 0]), sums([0.1] * 5)])
def test_without_an_error_nothing_is_shown_to_be_equivalent(series: Sums) -> None:
    estimate = robust(series)
    assert math.isnan(tost(estimate, 1))
    assert all(map(math.isnan, rope(estimate, 1)))


def test_one_cluster_excludes_no_decline() -> None:
    estimate = robust(sums([2], [3]))
    assert math.isnan(smallest_margin(estimate))
    assert math.isnan(noninferiority(estimate, 100))

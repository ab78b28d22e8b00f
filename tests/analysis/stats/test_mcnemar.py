import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from analysis.stats.clusters import robust
from analysis.stats.mcnemar import (
    ContingencyTable,
    mcnemar,
    newcombe,
    obuchowski,
    odds_ratio,
    tango,
    yang,
)
from analysis.stats.paired import Sums
from analysis.stats.sign_flip.tails import convolved
from tests.analysis.reference import THYROIDS, clustered, sums

counts = st.integers(0, 60)
BENTUR: ContingencyTable = ((1, 1), (7, 12))
"""Bentur et al. 2009, airway hyper-responsiveness before and after stem cell transplantation."""


def test_airways_of_bentur() -> None:
    result = mcnemar(b=7, c=1)
    assert result.exact == pytest.approx(0.070312, abs=6e-7)
    assert result.midp == pytest.approx(0.039063, abs=6e-7)
    assert tango(b=7, c=1, n=21) == pytest.approx((-0.5172, -0.0260), abs=5e-5)
    assert newcombe(BENTUR) == pytest.approx((-0.5069, -0.0256), abs=5e-5)


@pytest.mark.parametrize(
    ("table", "chi2", "corrected", "exact"),
    [
        (((101, 121), (59, 33)), 21.35556, 20.67222, 4.4e-6),
        (((101, 70), (59, 33)), 0.9379845, 0.7751938, 0.378688),
        (((101, 80), (59, 33)), 3.172662, 2.877698, 0.089452),
        (((794, 150), (86, 570)), 17.35593, 16.81780, None),
    ],
)
def test_tables_of_statsmodels_r_and_agresti(
    table: ContingencyTable, chi2: float, corrected: float, exact: float | None
) -> None:
    for correction, expected in ((False, chi2), (True, corrected)):
        result = statsmodels_mcnemar(table, exact=False, correction=correction).statistic
        assert result == pytest.approx(expected, rel=5e-7)
    ours = mcnemar(b=table[1][0], c=table[0][1]).exact
    assert ours == pytest.approx(statsmodels_mcnemar(table, exact=True).pvalue, rel=1e-9)
    if exact is not None:
        assert ours == pytest.approx(exact, rel=0.01 if exact < 1e-3 else 1e-5)


@given(counts, counts)
def test_mcnemar_is_a_binomial_test_and_mid_p_takes_half_of_what_was_observed_off(
    b: int, c: int
) -> None:
    result = mcnemar(b, c)
    if b + c == 0:
        assert result == (1, 1)
        return
    outcomes = np.arange(b + c + 1)
    law = stats.binom.pmf(outcomes, b + c, 0.5)
    distance = np.abs(2 * outcomes - b - c)
    more, equal = (law[distance > abs(b - c)].sum(), law[distance == abs(b - c)].sum())
    assert result.exact == pytest.approx(stats.binomtest(b, b + c).pvalue, rel=1e-9)
    assert result.exact == pytest.approx(more + equal, rel=1e-9)
    assert result.midp == pytest.approx(more + equal / 2, rel=1e-9)
    assert mcnemar(c, b) == result


@given(counts, counts)
def test_mid_p_is_that_of_the_sign_flip(b: int, c: int) -> None:
    if b == c:
        return
    tail = convolved(np.array([-1] * b + [1] * c))
    beyond = tail(abs(c - b) + 2) if min(b, c) else 0.0
    assert mcnemar(b, c).midp == pytest.approx(tail(abs(c - b)) + beyond, rel=1e-9)


def test_p_is_never_zero() -> None:
    assert 0 < mcnemar(0, 5000).midp <= mcnemar(0, 5000).exact


def test_ends_of_the_scale() -> None:
    assert tango(b=0, c=3, n=3) == pytest.approx((-0.1230, 1), abs=5e-5)
    assert tango(b=3, c=0, n=3) == pytest.approx((-1, 0.1230), abs=5e-5)
    assert newcombe(((1, 0), (0, 1))) == pytest.approx((-0.5734, 0.5734), abs=5e-5)
    assert newcombe(((0, 0), (0, 4)))[1] == pytest.approx(-newcombe(((4, 0), (0, 0)))[0])


def test_without_discordant_items_tango_knows_only_how_many_there_are() -> None:
    z2 = stats.norm.ppf(0.975) ** 2
    assert tango(0, 0, 40) == pytest.approx((-z2 / (40 + z2), z2 / (40 + z2)))


@given(counts, counts, st.integers(0, 60), st.sampled_from([0.9, 0.95]))
def test_tango_excludes_zero_exactly_where_mcnemars_z_does(
    b: int, c: int, ties: int, level: float
) -> None:
    low, high = tango(b, c, max(b + c + ties, 1), level)
    z = (c - b) / math.sqrt(b + c) if b + c else 0.0
    limit = stats.norm.ppf((1 + level) / 2)
    assert -1 <= low < high <= 1
    if abs(abs(z) - limit) > 1e-6:
        assert (low > 0, high < 0) == (z > limit, z < -limit)
    assert tango(c, b, max(b + c + ties, 1), level) == pytest.approx((-high, -low), abs=1e-12)


@given(*[st.integers(0, 20)] * 4)
def test_newcombe_holds_the_estimate_and_swaps_with_the_models(
    n11: int, n12: int, n21: int, n22: int
) -> None:
    n = n11 + n12 + n21 + n22
    if n == 0:
        return
    low, high = newcombe(((n11, n12), (n21, n22)))
    assert -1 - 1e-12 <= low <= (n12 - n21) / n + 1e-12
    assert (n12 - n21) / n - 1e-12 <= high <= 1 + 1e-12
    assert newcombe(((n11, n21), (n12, n22))) == pytest.approx((-high, -low), abs=1e-12)


def test_odds_of_bentur_by_hand() -> None:
    result = odds_ratio(b=7, c=1)
    assert result.estimate == pytest.approx(1 / 7)
    low, high = (end / (1 + end) for end in result.interval)
    law = [stats.binom.pmf(np.arange(9), 8, share) for share in (low, high)]
    assert law[0][2:].sum() + law[0][1] / 2 == pytest.approx(0.025)
    assert law[1][0] + law[1][1] / 2 == pytest.approx(0.025)


@given(counts, counts)
def test_odds_swap_with_the_models_and_exclude_one_with_mid_p(b: int, c: int) -> None:
    result, swapped = odds_ratio(b, c), odds_ratio(c, b)
    if b + c == 0:
        assert math.isnan(result.estimate)
        assert result.interval == (0, math.inf)
        return
    low, high = result.interval
    assert 0 <= low <= result.estimate <= high
    inverse = [1 / end if end else math.inf for end in swapped.interval]
    assert result.interval == pytest.approx((inverse[1], inverse[0]), rel=1e-9)
    if b != c:
        assert (not low <= 1 <= high) == (mcnemar(b, c).midp < 0.05)


def test_clustered_thyroids_of_obuchowski() -> None:
    assert obuchowski(THYROIDS) == pytest.approx((2.8571, 0.09097), abs=5e-5)
    assert yang(THYROIDS) == pytest.approx((3.1317, 0.07679), abs=5e-5)
    # without clusters: 7 glands one way and 1 the other
    result = statsmodels_mcnemar(((0, 7), (1, 0)), exact=False, correction=False)
    assert (result.statistic, result.pvalue) == pytest.approx((4.5, 0.0339), abs=5e-5)


@given(clustered())
def test_yang_is_between_the_null_and_the_robust_chi_squared(series: Sums) -> None:
    estimate = robust(series)
    null, mixed = obuchowski(series)[0], yang(series)[0]
    if not series.sums.any():
        assert math.isnan(null)
        assert math.isnan(mixed)
    elif estimate.se_cr1 > 0 and null > 0:
        assert 2 / mixed == pytest.approx(1 / null + (estimate.se_cr1 / estimate.delta) ** 2)


def test_one_cluster_has_no_chi_squared() -> None:
    assert all(map(math.isnan, (*obuchowski(sums([3], [5])), *yang(sums([3], [5])))))

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from analysis.meta import cochran_q, dersimonian_laird, fixed_effect, hartung_knapp, i2, wald
from tests.analysis.meta.published import bcg, made_up, schools


def test_reml_of_bcg_with_normal_intervals() -> None:
    data = bcg()
    mean = wald(data.y, data.sampling)
    assert (mean.mu, mean.se) == pytest.approx((-0.714532, 0.179782), abs=5e-7)
    assert mean.tau2 == pytest.approx(0.313243, abs=5e-7)
    assert mean.pi95 == pytest.approx((-1.86669, 0.43763), abs=5e-6)


def test_dersimonian_laird_of_bcg() -> None:
    mean = dersimonian_laird(bcg().y, bcg().sampling)
    assert (mean.mu, mean.se) == pytest.approx((-0.714117, 0.178742), abs=5e-7)
    assert mean.tau2 == pytest.approx(0.308760, abs=5e-7)


def test_fixed_effect_of_bcg() -> None:
    mean = fixed_effect(bcg().y, bcg().sampling)
    assert (mean.mu, mean.se) == pytest.approx((-0.430285, 0.040499), abs=5e-7)
    assert cochran_q(bcg().y, bcg().sampling) == pytest.approx(152.2330, abs=5e-5)


def test_hartung_knapp_of_bcg() -> None:
    mean = hartung_knapp(bcg().y, bcg().sampling)
    assert mean.se == pytest.approx(0.180792, abs=5e-7)
    assert mean.ci95 == pytest.approx((-1.108444, -0.320621), abs=5e-7)
    assert mean.df == 12


def test_share_of_heterogeneity() -> None:
    assert i2(bcg().sampling, wald(*bcg()[:2]).tau2) == pytest.approx(0.9222, abs=5e-5)


def test_schools_without_districts_have_the_published_two_level_values() -> None:
    mean = wald(*schools()[:2])
    assert (mean.mu, mean.se, mean.tau2) == pytest.approx((0.1279, 0.0439, 0.0884), abs=5e-5)


def test_estimates_closer_than_their_errors_have_no_heterogeneity() -> None:
    y, variances = np.array([1.0, 1.1, 0.9]), np.ones(3)
    assert cochran_q(y, variances) < 2
    mean = dersimonian_laird(y, variances)
    assert (mean.tau2, mean.se) == (0.0, pytest.approx(3**-0.5))


@pytest.mark.parametrize("seed", range(5))
def test_dersimonian_laird_agrees_with_statsmodels(seed: int) -> None:
    data = made_up(seed)
    variances = np.diag(data.sampling)
    other = combine_effects(data.y, variances, method_re="dl")
    mean = dersimonian_laird(data.y, data.sampling)
    assert mean.tau2 == pytest.approx(max(other.tau2, 0.0))
    if mean.tau2:
        assert mean.mu == pytest.approx(other.mean_effect_re)
        assert mean.se == pytest.approx(other.sd_eff_w_re)
    assert fixed_effect(data.y, variances).mu == pytest.approx(other.mean_effect_fe)

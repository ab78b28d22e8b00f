import numpy as np
import pytest
from scipy import stats

from analysis.meta import meta_regression
from tests.analysis.meta.published import made_up, schools


def test_a_difference_of_two_kinds_of_independent_pairs_is_welchs_t_test() -> None:
    rng = np.random.default_rng(3)
    y = np.concatenate([rng.normal(size=8), rng.normal(2.0, 1.0, size=8)])
    x = np.repeat([0.0, 1.0], 8)
    regression = meta_regression(y, np.full(16, 1e-6), None, x)
    assert regression.slope is not None
    assert regression.slope.delta == pytest.approx(y[x == 1].mean() - y[x == 0].mean())
    assert regression.slope.df == pytest.approx(14)
    robust = stats.ttest_ind(y[x == 1], y[x == 0], equal_var=False)
    assert regression.slope.delta / regression.slope.se == pytest.approx(robust.statistic)


def test_a_property_of_one_family_is_refused() -> None:
    data = made_up(0)
    one_family = np.array([float(name == "f3") for name in data.families])
    regression = meta_regression(data.y, data.sampling, data.families, one_family)
    assert regression.slope is None
    assert regression.refused == "one family alone carries the difference"
    assert meta_regression(data.y, data.sampling, data.families, np.ones(12)).refused is not None


def test_few_families_and_few_degrees_of_freedom_are_refused() -> None:
    data = made_up(0)
    x = np.array([float(name in ("f4", "f5")) for name in data.families])
    regression = meta_regression(data.y, data.sampling, data.families, x)
    assert regression.refused is not None
    assert "degrees of freedom are too few" in regression.refused
    merged = ["a" if name < "f5" else name for name in data.families]
    few = meta_regression(data.y, data.sampling, merged, x)
    assert few.refused == "3 families are too few to speak of others: 4 are needed"


def test_the_year_of_a_study_as_a_moderator_in_its_own_units() -> None:
    data = schools()
    x = np.random.default_rng(1).normal(size=56)
    once = meta_regression(data.y, data.sampling, data.families, x).slope
    tenth = meta_regression(data.y, data.sampling, data.families, 10 * x + 5).slope
    assert once is not None
    assert tenth is not None
    assert 10 * tenth.delta == pytest.approx(once.delta, rel=1e-5)
    assert tenth.df == pytest.approx(once.df, rel=1e-5)

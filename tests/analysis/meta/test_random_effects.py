import math

import numpy as np
import pytest
from scipy import stats

from analysis.meta import RandomEffects, random_effects
from tests.analysis.meta.published import Published, bcg, made_up, schools


def cut(data: Published, families_kept: list[str]) -> Published:
    indices = np.flatnonzero(np.isin(data.families, families_kept))
    families = tuple(data.families[index] for index in indices)
    return Published(data.y[indices], data.sampling[np.ix_(indices, indices)], families)


def same(one: RandomEffects, other: RandomEffects) -> bool:
    names = ("mu", "se", "se_cr2", "df", "tau2_family", "tau2_pair")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in pairs)


def test_trials_as_families_of_one_have_the_published_error() -> None:
    data = bcg()
    result = random_effects(data.y, data.sampling, data.families)
    assert result.se_cr2**2 == pytest.approx(0.0322936, abs=5e-8)
    assert result.df == pytest.approx(11.04125, abs=5e-6)
    assert (result.tau2_family, result.tau2) == (0.0, pytest.approx(0.313243, abs=5e-7))
    assert "one pair" in result.warnings[0]
    alone = random_effects(data.y, data.sampling)
    assert alone.tau2_family is None
    assert alone.ci95 == pytest.approx(result.ci95)


def test_schools_in_districts() -> None:
    data = schools()
    result = random_effects(data.y, data.sampling, data.families)
    assert (result.n_pairs, result.n_families) == (56, 11)
    assert result.mu == pytest.approx(0.1847, abs=5e-5)
    assert result.se == pytest.approx(0.0846, abs=5e-5)
    assert (result.tau2_family, result.tau2_pair) == pytest.approx((0.0651, 0.0327), abs=5e-5)
    assert not result.warnings


def test_intervals_are_t_with_satterthwaites_degrees_of_freedom() -> None:
    data = made_up(2)
    result = random_effects(data.y, data.sampling, data.families)
    quantile = stats.t.ppf(0.975, result.df)
    assert result.ci95.high - result.mu == pytest.approx(quantile * result.se_cr2)
    spread = math.sqrt(result.se_cr2**2 + result.tau2)
    assert result.pi95.low - result.mu == pytest.approx(-quantile * spread)
    assert result.p == pytest.approx(2 * stats.t.sf(abs(result.mu) / result.se_cr2, result.df))


def test_few_families_are_refused_with_the_reason() -> None:
    data = cut(made_up(2), ["f0", "f1", "f2"])
    result = random_effects(data.y, data.sampling, data.families)
    assert result.refused == ("3 families are too few to speak of others: 4 are needed")
    assert all(map(math.isnan, (result.mu, result.se_cr2, result.tau2, *result.ci95, *result.pi95)))


def test_few_degrees_of_freedom_are_refused_though_there_are_four_families() -> None:
    y, variances = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.01, 100.0, 100.0, 100.0])
    result = random_effects(y, variances, ["a", "b", "c", "d"])
    assert result.df < 3
    assert result.refused is not None
    assert "degrees of freedom" in result.refused
    assert math.isnan(result.mu)


def test_four_balanced_families_are_answered_with_a_warning() -> None:
    y = np.array([1.0, 2.0, 2.5, 4.0])
    result = random_effects(y, np.full(4, 0.1), ["a", "b", "c", "d"])
    assert result.df == pytest.approx(3)
    assert result.refused is None
    assert any("few families" in warning for warning in result.warnings)


def test_a_singular_covariance_is_refused() -> None:
    result = random_effects(np.zeros(5), np.zeros(5))
    assert result.refused == "the error covariance is singular"
    twice = np.full((5, 5), 1.0)
    assert random_effects(np.arange(5.0), twice).refused == "the error covariance is singular"


@pytest.mark.parametrize("seed", range(4))
def test_order_and_names_of_pairs_do_not_matter(seed: int) -> None:
    data = made_up(seed)
    order = np.random.default_rng(seed).permutation(12)
    shuffled = data.sampling[np.ix_(order, order)]
    families = [f"x{10 - int(data.families[index][1:])}" for index in order]
    once = random_effects(data.y, data.sampling, data.families)
    assert same(once, random_effects(data.y[order], shuffled, families))


@pytest.mark.parametrize("seed", range(4))
def test_swapping_the_models_turns_the_sign(seed: int) -> None:
    data = made_up(seed)
    once = random_effects(data.y, data.sampling, data.families)
    turned = random_effects(-data.y, data.sampling, data.families)
    assert (turned.mu, turned.ci95.low) == pytest.approx((-once.mu, -once.ci95.high), rel=1e-6)
    assert turned.p == pytest.approx(once.p, rel=1e-5)


def test_a_base_shared_by_pairs_widens_the_interval() -> None:
    data = made_up(2, spread=0.0)
    correlated = random_effects(data.y, data.sampling, data.families)
    assert correlated.se > random_effects(data.y, np.diag(data.sampling), data.families).se


@pytest.mark.parametrize("families", [None, ("a", "b", "c", "d")])
@pytest.mark.parametrize("estimate", [0.0, 0.1, -1.0])
def test_equal_estimates_have_no_robust_error(
    families: tuple[str, ...] | None, estimate: float
) -> None:
    """Their spread is 0, which is no statement on other pairs."""
    result = random_effects(np.full(4, estimate), np.full(4, 0.1), families)
    assert result.refused == "all estimates are equal, so their spread cannot be estimated"
    assert math.isnan(result.mu)
    nearly = random_effects([*[estimate] * 3, estimate + 1e-3], np.full(4, 0.1), families)
    assert nearly.refused is None

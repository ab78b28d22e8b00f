import math

import numpy as np
import pytest
from scipy import stats

from analysis.meta import RandomEffects, random_effects
from tests.analysis.meta.published import Published, bcg, made_up, schools


def cut(data: Published, kept: list[str]) -> Published:
    places = np.flatnonzero(np.isin(data.families, kept))
    families = tuple(data.families[place] for place in places)
    return Published(data.y[places], data.sampling[np.ix_(places, places)], families)


def same(one: RandomEffects, other: RandomEffects) -> bool:
    names = ("mu", "se", "se_cr2", "df", "tau2_family", "tau2_pair")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in pairs)


def test_trials_as_families_of_one_have_the_published_error() -> None:
    data = bcg()
    found = random_effects(data.y, data.sampling, data.families)
    assert found.se_cr2**2 == pytest.approx(0.0322936, abs=5e-8)
    assert found.df == pytest.approx(11.04125, abs=5e-6)
    assert (found.tau2_family, found.tau2) == (0.0, pytest.approx(0.313243, abs=5e-7))
    assert "one pair" in found.warnings[0]
    alone = random_effects(data.y, data.sampling)
    assert alone.tau2_family is None
    assert alone.ci95 == pytest.approx(found.ci95)


def test_schools_in_districts() -> None:
    data = schools()
    found = random_effects(data.y, data.sampling, data.families)
    assert (found.n_pairs, found.n_families) == (56, 11)
    assert found.mu == pytest.approx(0.1847, abs=5e-5)
    assert found.se == pytest.approx(0.0846, abs=5e-5)
    assert (found.tau2_family, found.tau2_pair) == pytest.approx((0.0651, 0.0327), abs=5e-5)
    assert not found.warnings


def test_intervals_are_t_with_satterthwaites_degrees_of_freedom() -> None:
    data = made_up(2)
    found = random_effects(data.y, data.sampling, data.families)
    quantile = stats.t.ppf(0.975, found.df)
    assert found.ci95.high - found.mu == pytest.approx(quantile * found.se_cr2)
    spread = math.sqrt(found.se_cr2**2 + found.tau2)
    assert found.pi95.low - found.mu == pytest.approx(-quantile * spread)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.mu) / found.se_cr2, found.df))


def test_few_families_are_refused_with_the_reason() -> None:
    data = cut(made_up(2), ["f0", "f1", "f2"])
    found = random_effects(data.y, data.sampling, data.families)
    assert found.refused == ("3 families are too few to speak of others: 4 are needed")
    assert all(map(math.isnan, (found.mu, found.se_cr2, found.tau2, *found.ci95, *found.pi95)))


def test_few_degrees_of_freedom_are_refused_though_there_are_four_families() -> None:
    y, variances = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.01, 100.0, 100.0, 100.0])
    found = random_effects(y, variances, ["a", "b", "c", "d"])
    assert found.df < 3
    assert found.refused is not None
    assert "degrees of freedom" in found.refused
    assert math.isnan(found.mu)


def test_four_balanced_families_are_answered_with_a_warning() -> None:
    y = np.array([1.0, 2.0, 2.5, 4.0])
    found = random_effects(y, np.full(4, 0.1), ["a", "b", "c", "d"])
    assert found.df == pytest.approx(3)
    assert found.refused is None
    assert any("few families" in warning for warning in found.warnings)


def test_a_singular_covariance_is_refused() -> None:
    found = random_effects(np.zeros(5), np.zeros(5))
    assert found.refused == "the error covariance is singular"
    twice = np.full((5, 5), 1.0)
    assert random_effects(np.arange(5.0), twice).refused == "the error covariance is singular"


@pytest.mark.parametrize("seed", range(4))
def test_order_and_names_of_pairs_do_not_matter(seed: int) -> None:
    data = made_up(seed)
    order = np.random.default_rng(seed).permutation(12)
    shuffled = data.sampling[np.ix_(order, order)]
    families = [f"x{10 - int(data.families[place][1:])}" for place in order]
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
    whole = random_effects(data.y, data.sampling, data.families)
    assert whole.se > random_effects(data.y, np.diag(data.sampling), data.families).se

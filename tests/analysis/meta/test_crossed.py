"""Families of bases crossed with training recipes."""

import numpy as np
import pytest

from analysis.meta import random_effects
from analysis.meta.csv_input import Estimates
from analysis.meta.factors import Factors
from analysis.meta.meta_analysis import MetaAnalysis, meta_analysis
from analysis.stats.paired import Array
from benchmarks.calibration.pairs import FAMILIES, RECIPES, SAMPLING


def drawn(seed: int, spread: float = 3.0) -> Array:
    rng = np.random.default_rng(seed)
    family, recipe = (
        spread * rng.standard_normal(7)[np.unique(names, return_inverse=True)[1]]
        for names in (FAMILIES, RECIPES)
    )
    noise = rng.multivariate_normal(np.zeros(12), SAMPLING)
    return np.asarray(family + recipe + rng.standard_normal(12) + noise)


def analysed(seed: int, recipes: tuple[str, ...] | None = RECIPES) -> MetaAnalysis:
    return meta_analysis(Estimates(drawn(seed), SAMPLING, FAMILIES, recipes))


def test_groups_are_the_connected_components() -> None:
    factors = Factors.of(12, FAMILIES, RECIPES)
    groups = [set(np.flatnonzero(factors.groups == group)) for group in range(4)]
    assert groups == [{0, 1, 2}, {3, 4, 5, 6, 7}, {8, 9}, {10, 11}]
    assert list(factors.components) == ["pair", "family", "recipe"]


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (3, (-0.36598, 2.98233, 22.0210, 32.1252, 1.69449, -34.513722, 3.559795, 2.711548)),
        (5, (-1.61196, 1.60946, 1.14670, 14.3327, 0.0, -27.011316, 1.857504, 2.506703)),
        (11, (1.70002, 1.97900, 1.82703, 22.3049, 0.51662, -29.604495, 2.080630, 2.491353)),
    ],
)
def test_other_software_gives_the_same(seed: int, expected: tuple[float, ...]) -> None:
    """metafor 3.8.1 (rma.mv with three random factors) and clubSandwich 0.5.8 (CR2 by group)."""
    result = random_effects(drawn(seed), SAMPLING, FAMILIES, RECIPES)
    components = (result.tau2_family, result.tau2_recipe, result.tau2_pair)
    robust = (result.log_likelihood, result.se_cr2, result.df)
    assert (result.mu, result.se, *components) == pytest.approx(expected[:5], rel=1e-5, abs=1e-5)
    assert robust == pytest.approx(expected[5:], rel=2e-6)


def test_recipes_that_say_nothing_more_change_nothing() -> None:
    own = tuple(f"recipe {number}" for number in range(12))
    for recipes in (None, own, FAMILIES):
        meta = analysed(3, recipes)
        assert meta.crossed is None
        assert meta.headline is meta.random_effects
        assert "crossed" not in meta.as_dict()


def test_few_degrees_of_freedom_stand_beside_the_line_by_family() -> None:
    meta = analysed(3)
    assert meta.crossed is not None
    assert meta.crossed.refused is None
    assert 2.0 < meta.crossed.df < 3.0
    assert meta.headline is meta.random_effects
    assert meta.as_dict()["crossed"]["leads"] is False
    assert meta.crossed.tau2_recipe is not None
    assert meta.crossed.tau2 == pytest.approx(
        sum(meta.as_dict()["crossed"][f"tau2_{name}"] for name in ("family", "recipe", "pair"))
    )


def test_with_more_groups_the_crossed_model_leads() -> None:
    """Each of eight groups: two bases and a recipe that they share, and a pair of its own."""
    rng = np.random.default_rng(4)
    families = [f"base {number}" for number in range(16) for _ in (0, 1)]
    recipes = [f"recipe {n // 2}" if own == 0 else f"own {n}" for n in range(16) for own in (0, 1)]
    meta = meta_analysis(
        Estimates(rng.normal(0, 3, 32), np.eye(32), tuple(families), tuple(recipes))
    )
    assert meta.crossed is not None
    assert meta.crossed.n_families == 8
    assert meta.headline is meta.crossed
    assert meta.as_dict()["crossed"]["leads"] is True


def test_the_order_of_the_pairs_and_the_names_change_nothing() -> None:
    y, order = drawn(5), np.random.default_rng(1).permutation(12)
    once = random_effects(y, SAMPLING, FAMILIES, RECIPES)
    again = random_effects(
        y[order],
        SAMPLING[np.ix_(order, order)],
        [f"x{FAMILIES[index]}" for index in order],
        [RECIPES[index][::-1] for index in order],
    )
    for name in ("mu", "se", "se_cr2", "df", "tau2_family", "tau2_recipe", "tau2_pair"):
        assert getattr(again, name) == pytest.approx(getattr(once, name), rel=1e-6, abs=1e-9)


def test_family_means_know_what_families_have_in_common() -> None:
    """Errors that are all the same: the spread of the means shows nothing of them."""
    joint = np.full((6, 6), 1.0) + 0.01 * np.eye(6)
    same = meta_analysis(Estimates(np.arange(6.0), joint, tuple("aabbcd")))
    assert same.by_family is not None
    spread = float(np.var([0.5, 2.5, 4.0, 5.0], ddof=1)) / 4
    assert same.by_family.mean.se**2 == pytest.approx(spread + 1.0)

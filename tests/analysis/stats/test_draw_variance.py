"""Split of an error into items and draws: statsmodels, a simulation, and brute force."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from analysis.stats.clusters import robust
from analysis.stats.draw_variance import DrawVariance, draw_variance
from analysis.stats.paired import Array, Paired, Sums


def simulated(
    rng: np.random.Generator, items: int, draws: int, sd: tuple[float, float] = (1.0, 1.0)
) -> Array:
    """Differences with an SD between items and one between draws, shape (items, draws)."""
    return sd[0] * rng.standard_normal((items, 1)) + sd[1] * rng.standard_normal((items, draws))


def split(differences: Array) -> DrawVariance:
    items, draws = differences.shape
    means = differences.mean(axis=1)
    se = robust(Sums(means, np.ones(items))).se_cr2
    codes = np.repeat(np.arange(items), draws)
    parts = draw_variance(
        [differences.ravel()], codes, np.full(items * draws, 1 / (items * draws)), se
    )
    assert parts is not None
    return parts


def test_the_split_is_the_one_way_analysis_of_variance_of_statsmodels() -> None:
    """The mean square of residuals is s2_w, and F is the reciprocal of the share."""
    differences = simulated(np.random.default_rng(3), 30, 4, (1.0, 1.5))
    frame = pd.DataFrame({"y": differences.ravel(), "item": np.repeat(np.arange(30), 4)})
    table = anova_lm(ols("y ~ C(item)", frame).fit())
    parts = split(differences)
    assert parts.within == pytest.approx(table.loc["Residual", "mean_sq"], rel=1e-10)
    assert parts.share == pytest.approx(1 / table.loc["C(item)", "F"], rel=1e-10)
    assert parts.variance == pytest.approx(table.loc["C(item)", "mean_sq"] / (4 * 30), rel=1e-10)


def test_a_simulation_finds_the_share_and_the_error_of_more_draws() -> None:
    """400 items, SD 1 between items and 1.5 between draws: at 3 draws the share is .75 / 1.75."""
    rng = np.random.default_rng(11)
    parts = [split(simulated(rng, 400, 3, (1.0, 1.5))) for _ in range(300)]
    assert np.mean([one.share for one in parts]) == pytest.approx(0.75 / 1.75, abs=0.01)
    for draws in (1, 3, 12):
        means = [simulated(rng, 400, draws, (1.0, 1.5)).mean() for _ in range(1_500)]
        expected = math.sqrt(np.mean([one.error(draws) ** 2 for one in parts]))
        assert expected == pytest.approx(float(np.std(means)), rel=0.06)


def test_independent_models_add_their_variances_and_coupled_ones_need_not() -> None:
    rng = np.random.default_rng(5)
    shared = rng.standard_normal((200, 4))
    base, tuned = (shared + 0.3 * rng.standard_normal((200, 4)) for _ in range(2))
    codes, weights = np.repeat(np.arange(200), 4), np.full(800, 1 / 800)
    coupled = draw_variance([(tuned - base).ravel()], codes, weights, 1.0)
    apart = draw_variance([base.ravel(), tuned.ravel()], codes, weights, 1.0)
    assert coupled is not None
    assert apart is not None
    both = base.var(axis=1, ddof=1).mean() + tuned.var(axis=1, ddof=1).mean()
    assert apart.within == pytest.approx(both)
    assert coupled.within == pytest.approx(0.18, rel=0.2)
    assert coupled.within < apart.within / 5


def test_clustered_items_keep_their_cluster_robust_variance() -> None:
    rng = np.random.default_rng(7)
    differences = simulated(rng, 40, 5) + np.repeat(2 * rng.standard_normal(8), 5)[:, None]
    means = differences.mean(axis=1)
    clusters = [f"{n // 5}" for n in range(40)]
    se = robust(Paired.of([*map(str, range(40))], clusters, 0 * means, means).sums).se_cr2
    codes = np.repeat(np.arange(40), 5)
    parts = draw_variance([differences.ravel()], codes, np.full(200, 1 / 200), se)
    assert parts is not None
    assert parts.error(5) == pytest.approx(se, rel=1e-12)
    assert parts.share < split(differences).share


@given(st.floats(1e-6, 1e3), st.integers(1, 20), st.floats(1e-6, 1e3), st.floats(0.01, 0.5))
def test_enough_is_the_smallest_number_that_brute_force_finds(
    one_draw: float, draws: int, items: float, change: float
) -> None:
    parts = DrawVariance(1.0, one_draw / draws, one_draw, items + one_draw / draws)
    enough = parts.enough(change)
    assert enough is not None
    floor = parts.error(math.inf)
    assert floor > (1 - change) * parts.error(enough) * (1 - 1e-9)
    assert enough == 1 or floor <= (1 - change) * parts.error(enough - 1) * (1 + 1e-9)
    assert parts.error(draws) == pytest.approx(math.sqrt(parts.variance))


def test_draws_that_all_agree_and_items_that_all_agree() -> None:
    agree = split(np.repeat(np.array([[1.0], [2.0], [4.0]]), 3, axis=1))
    assert (agree.share, agree.enough()) == (0, 1)
    noise = split(np.array([[-1.0, 1.0], [1.0, -1.0], [0.0, 0.0]]))
    assert noise.share == 0  # the mean of every item is 0, and so is its error
    assert DrawVariance(1.0, 0.5, 1.0, 0.25).enough() is None
    assert DrawVariance(1.0, 0.5, 1.0, 0.25).share == 1


def test_prompts_with_one_draw_take_the_variance_of_the_others() -> None:
    values, codes = np.array([0.0, 2.0, 5.0]), np.array([0, 0, 1])
    parts = draw_variance([values], codes, np.array([0.25, 0.25, 0.5]), 1.0)
    assert parts is not None
    assert (parts.within, parts.one_draw, parts.present) == (2.0, 1.0, 0.75)
    assert draw_variance([values[1:]], np.array([0, 1]), np.full(2, 0.5), 1.0) is None


def test_presentations_of_an_item_share_its_weight() -> None:
    """Two prompts of each item with n draws halve the sampling variance once more."""
    rng = np.random.default_rng(2)
    values = rng.standard_normal((100, 2, 3))
    codes = np.repeat(np.arange(200), 3)
    parts = draw_variance([values.ravel()], codes, np.full(600, 1 / 600), 1.0)
    assert parts is not None
    assert parts.present == pytest.approx(parts.within / (100 * 2 * 3))

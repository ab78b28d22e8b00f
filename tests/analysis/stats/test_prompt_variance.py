import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.formula.api import ols

from analysis.stats.clusters import Robust, robust
from analysis.stats.paired import Array
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.prompt_variance import (
    PromptVariance,
    crossed_influences,
    error_over_prompts,
    excess_covariance,
    prompt_variance,
)
from analysis.stats.random_prompts import random_prompts
from analysis.stats.weighted_sums import Estimate
from tests.analysis.stats.prompts import answers, crossed


def test_van_dyke_with_its_published_moments() -> None:
    """Five readers of 114 cases: MS(T:R) and covariances of AUCs as RJafroc and MRMCaov print."""
    interaction, cov2, cov3, fixed = 0.000551031, 0.0003440748, 0.0002390284, 0.018717483
    clusters = Robust(-0.04380032, 114, 114, 0.0, 0.0, fixed, 113.0, 1 / 114)
    common = 2 * (cov2 - cov3)
    variance = PromptVariance(
        "crossed", clusters, 2 * interaction / 5, fixed**2 - common, 4.0, 5, 0.2
    )
    random = Estimate(-0.04380032, *error_over_prompts(variance))
    assert random.se == pytest.approx(0.02074862, abs=5e-9)
    assert random.df == pytest.approx(15.25967, abs=5e-5)
    assert random.p == pytest.approx(0.05166569, abs=5e-7)
    assert random.interval() == pytest.approx((-0.08795950, 0.00035885), abs=5e-8)


def test_a_reader_study_is_that_of_obuchowski_rockette_and_hillis() -> None:
    """AUCs of four readers with two modalities; the prompts' cells hold jackknife pseudovalues."""
    rng = np.random.default_rng(7)
    diseased = np.arange(30) < 12
    skill = np.array([[0.9, 0.4, 1.3, 0.8], [1.2, 0.3, 1.2, 1.6]])
    case = rng.normal(size=30) + diseased
    ratings = case + skill[..., None] * diseased + rng.normal(size=(2, 4, 30))
    left_out = np.array(
        [
            [[_auc(np.delete(one, i), np.delete(diseased, i)) for i in range(30)] for one in side]
            for side in ratings
        ]
    )
    aucs = np.array([[_auc(one, diseased) for one in side] for side in ratings])
    pseudovalues = 30 * aucs[..., None] - 29 * left_out
    cells = crossed(pseudovalues[1].T - pseudovalues[0].T)
    se, df = _orh(aucs, left_out)
    random = random_prompts(cells).random
    assert random is not None
    assert random.delta == pytest.approx(float(aucs[1].mean() - aucs[0].mean()), abs=1e-12)
    assert random.se == pytest.approx(se, rel=1e-9)
    assert random.df == pytest.approx(min(df, 29), rel=1e-9)
    assert df < 29


def _auc(ratings: Array, diseased: Array) -> float:
    higher = ratings[diseased][:, None] - ratings[~diseased][None, :]
    return float((higher > 0).mean() + (higher == 0).mean() / 2)


def _orh(aucs: Array, left_out: Array) -> tuple[float, float]:
    """Standard error and degrees of freedom of the difference of two modalities."""
    readers, n = aucs.shape[1], left_out.shape[2]
    deviations = left_out - left_out.mean(axis=2, keepdims=True)
    cov = (n - 1) / n * np.einsum("arc,bsc->arbs", deviations, deviations)
    others = ~np.eye(readers, dtype=bool)
    cov2 = np.mean([cov[m, :, m, :][others].mean() for m in (0, 1)])
    cov3 = cov[0, :, 1, :][others].mean()
    effects = aucs - aucs.mean(axis=0) - aucs.mean(axis=1, keepdims=True) + aucs.mean()
    interaction = (effects**2).sum() / (readers - 1)
    covariance = max(readers * (cov2 - cov3), 0.0)
    se = np.sqrt(2 / readers * (interaction + covariance))
    return float(se), float((readers - 1) * (interaction + covariance) ** 2 / interaction**2)


def test_items_as_clusters_are_the_two_way_analysis_of_variance() -> None:
    rng = np.random.default_rng(3)
    differences = rng.normal(size=(25, 1)) + rng.normal(size=(1, 6)) + rng.normal(size=(25, 6))
    items, prompts = np.indices(differences.shape).reshape(2, -1)
    frame = pd.DataFrame({"d": differences.ravel(), "item": items, "prompt": prompts})
    table = sm.stats.anova_lm(ols("d ~ C(item) + C(prompt)", frame).fit())
    squares = (table["sum_sq"] / table["df"]).to_dict()
    item, prompt, error = squares["C(item)"], squares["C(prompt)"], squares["Residual"]
    found = random_prompts(crossed(differences))
    assert found.random is not None
    assert found.components is not None
    assert found.random.se**2 == pytest.approx((prompt + item - error) / 150, rel=1e-9)
    assert found.components.between == pytest.approx((prompt - error) / 25, rel=1e-9)
    assert found.components.own == pytest.approx(error / 25, rel=1e-9)


@given(answers(crossed_only=True))
def test_a_crossed_design_is_that_of_the_matrix_of_the_prompts(cells: PromptCells) -> None:
    influences = crossed_influences(cells)
    sigma, k = influences.T @ influences, cells.n_prompts
    deltas = [robust(cells.of_prompt(name).sums).delta for name in cells.prompt_names]
    off_diagonal = (sigma.sum() - np.trace(sigma)) / (k * (k - 1))
    variance = prompt_variance(cells)
    assert variance.of_prompts == pytest.approx(np.var(deltas, ddof=1) / k, abs=1e-15)
    assert variance.of_clusters == pytest.approx(sigma.sum() / k**2, abs=1e-15)
    assert variance.common == pytest.approx(max(0.0, off_diagonal), abs=1e-15)
    assert variance.of_blocks == pytest.approx((np.trace(sigma) / k - off_diagonal) / k, abs=1e-15)


def test_a_spread_design_by_sums_of_clusters_prompts_and_blocks() -> None:
    """Seven items with one prompt, three with two: a cell is half of such an item."""
    items = [*"abcdefghhiijj"]
    clusters, prompts = [*"wwwwxxyyyyyzz"], [*"1231231121323"]
    d = np.array([1, 0, -1, 1, 2, 0, 0, 3, -1, 1, 1, 0.5, -2])
    parts = np.array([1 / items.count(item) for item in items])
    cells = PromptCells.of(items, clusters, prompts, np.zeros(13), d)
    blocks = [one + other for one, other in zip(clusters, prompts, strict=True)]
    over_clusters, over_prompts, over_blocks = (
        _corrected(d, parts, group) for group in (clusters, prompts, blocks)
    )
    variance = prompt_variance(cells)
    assert variance.design == "spread"
    assert variance.of_clusters == pytest.approx(over_clusters, rel=1e-12)
    assert variance.of_prompts == pytest.approx(over_prompts, rel=1e-12)
    assert variance.of_blocks == pytest.approx(over_blocks, rel=1e-12)
    expected = over_clusters + max(0.0, over_prompts - over_blocks)
    assert error_over_prompts(variance).se ** 2 == pytest.approx(expected, rel=1e-12)


def test_prompts_that_differ_add_their_variance_in_a_spread_design() -> None:
    rng = np.random.default_rng(4)
    prompt = np.arange(60) % 6
    d = rng.normal(size=60) + 2.0 * prompt
    names = [f"i{number:02}" for number in range(60)]
    cells = PromptCells.of(names, names, [f"p{one}" for one in prompt], np.zeros(60), d)
    variance = prompt_variance(cells)
    assert variance.excess == variance.of_prompts - variance.of_blocks > 0.3
    expected = variance.of_clusters + variance.excess
    assert error_over_prompts(variance).se ** 2 == pytest.approx(expected, rel=1e-12)


def _corrected(d: Array, parts: Array, groups: list[str]) -> float:
    """Sum over groups of S^2 / (1 - f) / n^2."""
    names, n, total = np.array(groups), parts.sum(), 0.0
    mean = (parts * d).sum() / n
    for name in set(groups):
        inside = names == name
        residual = (parts * (d - mean))[inside].sum() / n
        total += residual**2 / (1 - parts[inside].sum() / n)
    return float(total)


@given(answers(), answers())
def test_excess_covariance_is_symmetric_and_positive(one: PromptCells, other: PromptCells) -> None:
    found = excess_covariance([one, other, one])
    assert found == pytest.approx(found.T, abs=1e-15)
    assert np.linalg.eigvalsh(found).min() >= -1e-12
    assert found[0] == pytest.approx(found[2], abs=1e-12)


@given(answers())
def test_excess_of_one_series_is_what_prompts_add_to_its_variance(cells: PromptCells) -> None:
    found, variance = excess_covariance([cells]), prompt_variance(cells)
    assert found[0, 0] == pytest.approx(variance.excess, abs=1e-15)
    if variance.excess > 0 and variance.common > 0:
        added = error_over_prompts(variance).se ** 2 - variance.of_clusters
        assert found[0, 0] == pytest.approx(added, abs=1e-12)


def test_prompts_with_other_names_add_no_covariance() -> None:
    rng = np.random.default_rng(1)
    d = rng.normal(size=(30, 1)) + 2 * rng.normal(size=(1, 8)) + rng.normal(size=(30, 8))
    one = crossed(d)
    renamed = [f"other {name}" for name in one.prompts]
    other = PromptCells.of(one.items, one.clusters, renamed, one.base, one.tuned)
    shared, apart = excess_covariance([one, one]), excess_covariance([one, other])
    assert shared[0, 1] == pytest.approx(shared[0, 0])
    assert apart[0, 1] == 0.0
    assert apart[0, 0] == pytest.approx(shared[0, 0])


@given(answers(), st.integers(2, 4))
def test_an_excess_does_not_depend_on_series_beside_it(cells: PromptCells, n: int) -> None:
    single = PromptCells.of(
        cells.items, cells.clusters, ["p"] * len(cells.items), cells.base, cells.tuned
    )
    found = excess_covariance([cells, *[single] * n])
    assert found[0, 0] == pytest.approx(excess_covariance([cells])[0, 0], abs=1e-15)
    assert found[1:].tolist() == np.zeros((n, n + 1)).tolist()


@pytest.mark.parametrize(("clusters", "prompts"), [("xy", "pp"), ("xx", "pq")])
def test_one_prompt_or_one_cluster_has_no_variance(clusters: str, prompts: str) -> None:
    cells = PromptCells.of([*"ab"], [*clusters], [*prompts], [0.0, 0.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="needs two prompts and two clusters"):
        prompt_variance(cells)
    assert random_prompts(cells).random is None

"""The error that prompts add to differences and to their weighted sums."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.paired_study.joint_covariance import DatasetSeries
from analysis.paired_study.levels import DatasetComparison, Levels
from analysis.paired_study.pooled import LevelDifferences
from analysis.paired_study.prompt_error import PromptError, prompt_error
from analysis.stats.battery import battery
from analysis.stats.comparison import Options
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.prompt_variance import prompt_variance
from analysis.stats.random_prompts import random_prompts
from analysis.stats.weighted_sums import Estimate
from tests.analysis.stats.prompts import crossed

RNG = np.random.default_rng(5)
SHARED = RNG.normal(size=6)
K = len(SHARED)


def cells(shared: float, seed: int) -> PromptCells:
    """A pair whose differences vary between prompts, some of it as those of other pairs do."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=K)
    return crossed(3 * (shared * SHARED + (1 - shared) * own) + rng.normal(size=(40, K)))


def unit(prompts: PromptCells | None, pair: str = "a", population: str = "") -> DatasetSeries:
    series = cells(0.5, 1).paired
    return DatasetSeries(pair, "mednli", "mednli", series, prompts, population)


def test_without_a_population_there_is_no_such_error() -> None:
    assert prompt_error([unit(None), unit(None, "b")]) is None


def test_the_error_of_one_score_is_that_for_prompts_like_these() -> None:
    of_pair = cells(0.5, 1)
    error = prompt_error([unit(of_pair), unit(None, "b")])
    assert error is not None
    analysis = random_prompts(of_pair)
    assert analysis.random is not None
    total = error.added(analysis.fixed, np.array([1.0, 0.0]))
    assert total.se**2 == pytest.approx(analysis.fixed.se**2 + prompt_variance(of_pair).excess)
    assert total.se == pytest.approx(analysis.random.se, rel=0.01)
    assert total.delta == analysis.fixed.delta
    assert K - 1 <= total.df <= K - 1 + analysis.fixed.df
    assert error.added(analysis.fixed, np.array([0.0, 1.0])) is analysis.fixed


def test_pairs_covary_through_the_prompts_that_they_share() -> None:
    pairs = [unit(cells(1.0, 1)), unit(cells(1.0, 2), "b")]
    error = prompt_error(pairs)
    assert error is not None
    of_mean, of_contrast = (error.of_sum(np.array(one)) for one in ((0.5, 0.5), (1.0, -1.0)))
    assert of_mean.se > 0.9 * error.of_sum(np.array([1.0, 0.0])).se
    assert of_contrast.se < 0.2 * of_mean.se
    others = prompt_error([pairs[0], replace(pairs[1], population="other prompts")])
    assert others is not None
    assert len(others.excesses) == 2
    assert others.covariance[0, 1] == 0


def test_an_error_of_one_pair_does_not_change_with_the_pairs_beside_it() -> None:
    pairs = [unit(cells(0.0, seed), f"pair{seed}") for seed in range(9)]
    together, alone = prompt_error(pairs), prompt_error(pairs[:1])
    assert together is not None
    assert alone is not None
    first = np.eye(9)[0]
    assert together.of_sum(first).se == pytest.approx(alone.of_sum(np.ones(1)).se, rel=1e-12)
    assert together.covariance[0, 0] > alone.covariance[0, 0]
    assert np.linalg.eigvalsh(together.covariance)[0] > -1e-9


def test_what_prompts_add_in_the_opposite_direction_cancels_out() -> None:
    """A negative variance, which an estimate may have, counts as 0."""
    opposite = np.array([[2.0, -2.5], [-2.5, 2.0]])
    error = PromptError((opposite, np.eye(2)), (np.full(2, 3.0), np.array([5.0, np.inf])))
    of_mean = error.of_sum(np.array([0.5, 0.5]))
    assert (of_mean.se, of_mean.df) == (0.5**0.5, 5.0)
    assert error.of_sum(np.array([0.0, 1.0])).se == 3.0**0.5
    of_sums = error.of_sums(np.array([[0.5, 0.5], [0.0, 1.0]]))
    assert of_sums.of_sum(np.array([1.0, 0.0])) == of_mean
    assert np.linalg.eigvalsh(error.covariance).min() > 0


def test_the_mean_of_pairs_loses_degrees_of_freedom_to_prompts_in_common() -> None:
    names = tuple("abcdef")
    fixed = tuple(Estimate(float(y), 0.5, 200.0) for y in range(6))
    error = PromptError((np.full((6, 6), 4.0),), (np.full(6, 5.0),))
    pairs = LevelDifferences(names, names, names, fixed, np.eye(6) / 4, error)
    assert [estimate.se for estimate in pairs.estimates] == pytest.approx([4.25**0.5] * 6)
    mean = pairs.mean()
    assert mean.se == pytest.approx((4 + 0.25 / 6) ** 0.5)
    assert 5 < mean.df < 5.5
    some = pairs.mean([0, 1])
    assert some.se == pytest.approx((4 + 0.25 / 2) ** 0.5)
    with_prompts = pairs.answer().meta.random_effects
    without = replace(pairs, prompts=None, fixed_covariance=pairs.covariance).answer()
    assert with_prompts.se_cr2 == without.meta.random_effects.se_cr2
    assert with_prompts.df < without.meta.random_effects.df


def test_levels_and_contrasts_are_for_prompts_like_these() -> None:
    units = [
        DatasetSeries(pair, "mednli", "mednli", cells(1.0, seed).paired, cells(1.0, seed))
        for pair, seed in (("a", 1), ("b", 2))
    ]
    levels = Levels.of([DatasetComparison(one, battery(one.series, Options())) for one in units])
    weights = {"mednli": 1.0}
    fixed, estimate = levels.fixed("a", weights), levels.estimate("a", weights)
    assert units[0].prompts is not None
    excess = prompt_variance(units[0].prompts).excess
    assert estimate.se**2 == pytest.approx(fixed.se**2 + excess)
    joint = levels.joint(["a"], weights)[0, 0]  # of a proper matrix, which is larger
    assert 1 <= joint / estimate.se**2 < 1.01
    contrast = levels.contrast("a", "b", weights)
    assert contrast.se < 0.6 * estimate.se  # the pairs share what their prompts do
    assert LevelDifferences.of(levels, weights, {"a": "a", "b": "b"}).estimates[0] == estimate


def test_without_prompts_the_differences_are_exactly_the_fixed_ones() -> None:
    fixed = (Estimate(1.0, 0.3, 7.0), Estimate(2.0, 0.4, 8.0))
    pairs = LevelDifferences(("a", "b"), ("a", "b"), ("a", "b"), fixed, np.eye(2))
    assert pairs.estimates is fixed
    assert pairs.covariance is pairs.fixed_covariance

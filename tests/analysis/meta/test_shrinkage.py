"""Shrinkage of cells: eight schools, slow code from the definition, and what must not matter."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from analysis.meta.cell_model import HalfT
from analysis.meta.shrinkage import PRIOR, ShrunkenCells, shrinkage
from analysis.stats.paired import Array

FLAT = HalfT(math.inf)
SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SCHOOL_VARIANCES = np.array([15.0, 10, 16, 11, 9, 11, 10, 18]) ** 2


class Cells(NamedTuple):
    y: Array
    sampling: Array
    groups: dict[str, list[str]]


def cells(pairs: int = 4, tasks: int = 3, error: float = 1.0, seed: int = 0) -> Cells:
    """Crossed cells whose errors correlate within a task."""
    rng = np.random.default_rng(seed)
    pair, task = np.repeat(np.arange(pairs), tasks), np.tile(np.arange(tasks), pairs)
    k = pairs * tasks
    effects = 2 * rng.standard_normal(pairs)[pair] + rng.standard_normal(tasks)[task]
    errors = error * rng.uniform(0.5, 2, k)
    correlation = np.where(task[:, None] == task, 0.4, 0.0) + 0.6 * np.eye(k)
    sampling = correlation * np.outer(errors, errors)
    y = (
        -1
        + effects
        + rng.standard_normal(k)
        + np.linalg.cholesky(sampling) @ rng.standard_normal(k)
    )
    return Cells(y, sampling, {"pair": [*map(str, pair)], "task": [*map(str, task)]})


def numbers(posterior: ShrunkenCells) -> Array:
    """Means, limits and probabilities of the cells, each a column."""
    return np.column_stack([posterior.means, posterior.intervals, posterior.p_decline])


def test_eight_schools_with_a_flat_prior() -> None:
    posterior = shrinkage(SCHOOLS, SCHOOL_VARIANCES, {}, prior=FLAT)
    published = [11.40, 7.89, 6.13, 7.65, 5.13, 6.14, 10.67, 8.46]
    assert posterior.means == pytest.approx(published, abs=0.006)
    assert (posterior.mu, posterior.mu_sd) == pytest.approx((7.93, 5.17), abs=0.01)
    assert posterior.sds["cell"].median == pytest.approx(5.23, abs=0.01)
    assert list(posterior.sds) == ["cell"]


def test_eight_schools_by_a_dense_grid() -> None:
    """A million equal steps up to 1,000 points: the density falls with the 7th power."""
    tau = np.linspace(0, 1000, 1_000_001)
    weights = 1 / (SCHOOL_VARIANCES + tau[:, None] ** 2)
    mu = weights @ SCHOOLS / weights.sum(axis=1)
    squares = (weights * (SCHOOLS - mu[:, None]) ** 2).sum(axis=1)
    log_density = (np.log(weights).sum(axis=1) - np.log(weights.sum(axis=1)) - squares) / 2
    mass = np.exp(log_density - log_density.max())
    mass[0] /= 2
    mass /= mass.sum()
    means = SCHOOLS - mass @ (SCHOOL_VARIANCES * weights * (SCHOOLS - mu[:, None]))
    posterior = shrinkage(SCHOOLS, SCHOOL_VARIANCES, {}, prior=FLAT)
    assert posterior.means == pytest.approx(means, abs=1e-3)
    below = np.cumsum(mass) - mass / 2
    for share, value in zip((0.025, 0.975), posterior.sds["cell"].interval, strict=True):
        assert value == pytest.approx(np.interp(share, below, tau), rel=1e-3)


def test_crossed_groups_by_slow_code_from_the_definition() -> None:
    """Every node of a dense grid as one normal prior of the cells, with a wide mu."""
    data = cells()
    same = [np.equal.outer(labels, labels) for labels in map(np.array, data.groups.values())]
    share = (np.arange(28) + 0.5) / 28
    sd, width = 5 * share / (1 - share), 5 / (1 - share) ** 2
    prior = width * (1 + (sd / PRIOR.scale) ** 2 / PRIOR.df) ** (-(PRIOR.df + 1) / 2)
    k = len(data.y)
    posts, declines, log_mass = [], [], []
    for a in range(28):
        for b in range(28):
            shared = 1e4 + sd[a] ** 2 * same[0] + sd[b] ** 2 * same[1]
            of_cells = shared + sd[:, None, None] ** 2 * np.eye(k)
            solved = np.linalg.solve(of_cells + data.sampling, data.y[None, :, None])[..., 0]
            _, log_det = np.linalg.slogdet(of_cells + data.sampling)
            log_mass.append(np.log(prior[a] * prior[b] * prior) - (log_det + solved @ data.y) / 2)
            means = np.einsum("nij,nj->ni", of_cells, solved)
            inverse = np.linalg.solve(of_cells + data.sampling, of_cells)
            variances = np.einsum("nii->ni", of_cells - of_cells @ inverse)
            posts.append(means)
            declines.append(special.ndtr((-1 - means) / np.sqrt(variances)))
    mass = np.exp(np.concatenate(log_mass) - np.max(log_mass))
    expected = mass @ np.concatenate(posts) / mass.sum()
    posterior = shrinkage(data.y, data.sampling, data.groups, np.ones(k))
    assert posterior.means == pytest.approx(expected, abs=5e-3)
    p_decline = mass @ np.concatenate(declines) / mass.sum()
    assert posterior.p_decline == pytest.approx(p_decline, abs=2e-3)
    assert list(posterior.sds) == ["pair", "task", "cell"]


@settings(max_examples=5)
@given(st.permutations(range(12)))
def test_the_order_of_cells_changes_nothing(order: list[int]) -> None:
    data = cells()
    posterior = numbers(shrinkage(data.y, data.sampling, data.groups, np.ones(12)))
    groups = {name: [labels[one] for one in order] for name, labels in data.groups.items()}
    sampling = data.sampling[np.ix_(order, order)]
    other = numbers(shrinkage(data.y[order], sampling, groups, np.ones(12)))
    assert other == pytest.approx(posterior[order], abs=1e-7)


@settings(max_examples=5)
@given(st.floats(1e-3, 1e3), st.floats(-50, 50))
def test_scale_and_shift_of_the_scores_move_the_posterior_alike(scale: float, shift: float) -> None:
    data = cells()
    posterior = shrinkage(data.y, data.sampling, data.groups, np.ones(12))
    prior = HalfT(scale * PRIOR.scale)
    other = shrinkage(
        scale * data.y + shift,
        scale**2 * data.sampling,
        data.groups,
        np.full(12, scale - shift),
        prior,
    )
    assert (other.means - shift) / scale == pytest.approx(posterior.means, abs=1e-6)
    assert other.p_decline == pytest.approx(posterior.p_decline, abs=1e-6)
    medians = [other.sds[name].median / scale for name in other.sds]
    assert medians == pytest.approx([sd.median for sd in posterior.sds.values()], rel=1e-5)


def test_exact_cells_stay_as_they_are() -> None:
    data = cells()
    posterior = shrinkage(data.y, 1e-8 * data.sampling, data.groups)
    assert posterior.means == pytest.approx(data.y, abs=1e-5)


def test_cells_without_information_get_the_common_mean() -> None:
    data = cells()
    posterior = shrinkage(data.y, np.full(12, 1e8), data.groups)
    assert posterior.means == pytest.approx(np.full(12, data.y.mean()), abs=1e-4)
    assert posterior.mu == pytest.approx(data.y.mean(), abs=1e-4)


def test_the_probability_of_a_decline_fits_the_interval() -> None:
    data = cells()
    lows = [low for low, _ in shrinkage(data.y, data.sampling, data.groups).intervals]
    at_limits = shrinkage(data.y, data.sampling, data.groups, [-low for low in lows])
    assert at_limits.p_decline == pytest.approx(np.full(12, 0.025), abs=1e-6)
    without = shrinkage(data.y, data.sampling, data.groups, [np.nan] + [1.0] * 11)
    assert np.isnan(without.p_decline).tolist() == [True] + [False] * 11


def test_a_group_that_no_two_cells_share_has_no_standard_deviation() -> None:
    posterior = shrinkage([1.0, 2.0, 4.0], np.ones(3), {"pair": [*"abc"], "task": [*"xxx"]})
    assert list(posterior.sds) == ["cell"]


def test_more_nodes_change_nothing_that_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = cells(pairs=6, tasks=4)
    posterior = numbers(shrinkage(data.y, data.sampling, data.groups, np.ones(24)))
    monkeypatch.setattr("analysis.meta.sd_grid.FINAL_NODES", (35, 80))
    finer = numbers(shrinkage(data.y, data.sampling, data.groups, np.ones(24)))
    assert posterior == pytest.approx(finer, abs=2e-3)


@pytest.mark.parametrize("labels", [[*"aab"], [*"aabbc"]])
def test_lengths_that_differ_are_an_error(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="give the same number of each, at least 3"):
        shrinkage([1.0, 2.0, 3.0, 4.0], np.ones(4), {"pair": labels})


def test_two_cells_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        shrinkage([1.0, 2.0], np.ones(2), {})

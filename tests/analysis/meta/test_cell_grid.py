"""Cells at the nodes of a grid, compared with dense matrices at every node."""

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from analysis.meta.cell_grid import CellGrid
from analysis.meta.cell_model import CellModel, HalfT
from analysis.meta.normal_mixture import NormalMixture
from analysis.meta.sd_grid import SdAxis
from analysis.stats.paired import Array

FAMILIES = {"pair": 5, "task": 3, "family": 2}


class Dense(NamedTuple):
    """The model at one node, from the definition."""

    log_likelihood: float
    mu: float
    mu_variance: float
    means: Array
    variances: Array


def dense(model: CellModel, same: list[Array], sds: tuple[float, ...]) -> Dense:
    """Inverts the covariance S; P is its inverse after the mean is removed."""
    k = len(model.y)
    ones = np.ones(k)
    total = model.sampling + sds[-1] ** 2 * np.eye(k)
    for sd, matrix in zip(sds[:-1], same, strict=True):
        total = total + sd**2 * matrix
    inverse = np.linalg.inv(total)
    mu_variance = 1 / (ones @ inverse @ ones)
    mu = mu_variance * (ones @ inverse @ model.y)
    p = inverse - mu_variance * np.outer(inverse @ ones, ones @ inverse)
    fit = np.log(mu_variance) - np.linalg.slogdet(total)[1] - model.y @ p @ model.y
    means = model.y - model.sampling @ p @ model.y
    variances = np.diag(model.sampling - model.sampling @ p @ model.sampling)
    return Dense(fit / 2, mu, mu_variance, means, variances)


def model_of(seed: int, correlated: str, names: list[str]) -> CellModel:
    """Cells of which some combinations of labels are missing and some are there twice."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(8, 15))
    labels = {name: rng.integers(FAMILIES[name], size=k) for name in names}
    mixing = rng.standard_normal((k, k))
    block = rng.integers(3, size=k)
    together = {
        "all": np.ones((k, k)),
        "blocks": np.equal.outer(block, block),
        "none": np.eye(k),
    }[correlated]
    sampling = (mixing @ mixing.T / k + 0.1 * np.eye(k)) * together
    y = 3 * rng.standard_normal(k)
    groups = {name: [str(label) for label in column] for name, column in labels.items()}
    return CellModel.of(y, sampling, groups, HalfT(5.0))


def grid_of(model: CellModel, reach: float = 20.0) -> tuple[list[SdAxis], CellGrid]:
    high = float(np.log1p(reach))
    counts = [2 + number for number in range(len(model.members))]
    axes = [SdAxis(1.0, 0.0, high, count) for count in (*counts, 6)]
    return axes, model.grid(axes, with_cells=True)


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["all", "blocks", "none"]),
    st.lists(st.sampled_from(list(FAMILIES)), unique=True),
)
def test_every_node_is_that_of_dense_matrices(seed: int, correlated: str, names: list[str]) -> None:
    model = model_of(seed, correlated, names)
    axes, grid = grid_of(model)
    same = [members @ members.T for members in model.members.values()]
    means, variances = grid.cells(model.y, np.diag(model.sampling))
    for node in product(*(range(axis.count) for axis in axes)):
        expected = dense(
            model, same, tuple(axis.sd[index] for axis, index in zip(axes, node, strict=True))
        )
        at = (node[-1], *node[:-1])
        mu, mu_variance = (part[at] for part in grid.mu)
        assert grid.log_likelihood[at] == pytest.approx(expected.log_likelihood, rel=1e-9)
        assert mu == pytest.approx(expected.mu, rel=1e-9, abs=1e-9)
        assert mu_variance == pytest.approx(expected.mu_variance, rel=1e-9)
        assert means[at] == pytest.approx(expected.means, rel=1e-9, abs=1e-9)
        assert variances[at] == pytest.approx(expected.variances, rel=1e-9)


def test_a_grid_without_cells_has_the_same_likelihood() -> None:
    model = model_of(1, "blocks", ["pair", "task"])
    axes, grid = grid_of(model)
    without = model.grid(axes, with_cells=False)
    assert without.gains.shape[-2] == 0
    assert np.array_equal(without.log_likelihood, grid.log_likelihood)


def test_errors_that_cancel_each_other_are_no_problem() -> None:
    """Two cells with the same error, and one with the opposite: V has rank k - 2."""
    model = model_of(2, "all", ["pair", "task"])
    mixing = np.linalg.cholesky(model.sampling)
    mixing[1], mixing[2] = mixing[0], -mixing[0]
    singular = CellModel(model.y, mixing @ mixing.T, model.members, model.prior)
    axes, grid = grid_of(singular)
    same = [members @ members.T for members in singular.members.values()]
    means, _ = grid.cells(singular.y, np.diag(singular.sampling))
    for node in product(*(range(axis.count) for axis in axes)):
        sds = tuple(axis.sd[index] for axis, index in zip(axes, node, strict=True))
        at = (node[-1], *node[:-1])
        assert means[at] == pytest.approx(dense(singular, same, sds).means, rel=1e-8, abs=1e-8)


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.sampled_from([0.025, 0.5, 0.975]),
    st.floats(0.0, 50.0),
    st.sampled_from([0.01, 1.0]),
)
def test_a_quantile_has_its_share_below(
    seed: int, share: float, apart: float, narrow: float
) -> None:
    """Also between narrow peaks, where Newton's method leaves the bracket."""
    rng = np.random.default_rng(seed)
    mass = rng.dirichlet(np.ones(6))
    means = apart * rng.standard_normal((6, 4))
    mixture = NormalMixture(mass, means, (narrow * rng.uniform(0.1, 2.0, (6, 4))) ** 2)
    assert mixture.below(mixture.quantile(share)) == pytest.approx(np.full(4, share), abs=1e-9)


def test_quantiles_of_a_mixture_of_points_are_its_points() -> None:
    """No density guides the search, so that it halves the bracket."""
    points = NormalMixture(
        np.array([0.2, 0.5, 0.3]), np.array([[1.0], [2.0], [5.0]]), np.zeros((3, 1))
    )
    for share, point in ((0.1, 1.0), (0.5, 2.0), (0.9, 5.0)):
        assert points.quantile(share) == pytest.approx(point, abs=1e-12)


def test_one_normal_has_its_own_quantiles() -> None:
    one = NormalMixture(np.ones(1), np.array([[3.0]]), np.array([[4.0]]))
    assert one.quantile(0.975) == pytest.approx(3 + 2 * special.ndtri(0.975), abs=1e-12)

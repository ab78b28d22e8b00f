import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from analysis.meta.cr2 import cr2
from analysis.meta.factors import Factors
from analysis.meta.gls import Gls, intercept
from analysis.stats.paired import Array
from tests.analysis.meta.published import bcg, made_up, schools

ONE = np.ones(1)


def slow(y: Array, x: Array, phi: Array, groups: NDArray[np.intp], c: Array) -> tuple[float, float]:
    """Variance and df by the definitions in Pustejovsky and Tipton (2018), all matrices whole."""
    k = len(y)
    w = np.linalg.inv(phi)
    m = np.linalg.inv(x.T @ w @ x)
    hat = np.eye(k) - x @ m @ x.T @ w
    vectors = []
    for group in np.unique(groups):
        pick = np.eye(k)[groups == group]
        d = np.linalg.cholesky(pick @ phi @ pick.T).T
        b = d @ pick @ hat @ phi @ hat.T @ pick.T @ d.T
        a = d.T @ np.linalg.inv(np.real(sqrtm(b))) @ d
        vectors.append((pick @ hat).T @ a.T @ pick @ w @ x @ m @ c)
    p = np.array(vectors)
    cross = p @ phi @ p.T
    return float(((p @ y) ** 2).sum()), float(np.trace(cross) ** 2 / (cross**2).sum())


def test_bcg_has_the_published_variance_and_degrees_of_freedom() -> None:
    data = bcg()
    phi = np.diag(data.sampling + 0.3132432581413056)
    robust = cr2(Gls(data.y, intercept(13), phi), np.arange(13), ONE)
    assert robust.variance == pytest.approx(0.0322936, abs=5e-8)
    assert robust.df == pytest.approx(11.04125, abs=5e-6)
    assert Gls(data.y, intercept(13), phi).beta[0] / robust.se == pytest.approx(-3.97616, abs=5e-6)


@pytest.mark.parametrize("seed", range(5))
def test_correlated_pairs_in_families_agree_with_the_definition(seed: int) -> None:
    data = made_up(seed)
    groups = Factors.of(12, data.families).families
    same = groups[:, None] == groups
    phi = data.sampling + 0.4 * np.eye(12) + 0.9 * same
    robust = cr2(Gls(data.y, intercept(12), phi), groups, ONE)
    assert (robust.variance, robust.df) == pytest.approx(
        slow(data.y, intercept(12), phi, groups, ONE), rel=1e-9
    )


def test_a_slope_agrees_with_the_definition() -> None:
    data = schools()
    groups = Factors.of(56, data.families).families
    rng = np.random.default_rng(8)
    x = np.column_stack([np.ones(56), rng.normal(size=56)])
    phi = np.diag(data.sampling) + 0.03 * np.eye(56) + 0.07 * (groups[:, None] == groups)
    slope = np.array([0.0, 1.0])
    robust = cr2(Gls(data.y, x, phi), groups, slope)
    expected = slow(data.y, x, phi, groups, slope)
    assert (robust.variance, robust.df) == pytest.approx(expected, rel=1e-9)


def test_equal_errors_and_equal_groups_give_the_t_test_on_group_means() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(6, 4))
    groups = np.repeat(np.arange(6), 4)
    robust = cr2(Gls(y.ravel(), intercept(24), np.eye(24)), groups, ONE)
    assert robust.df == pytest.approx(5)
    assert robust.variance == pytest.approx(y.mean(axis=1).var(ddof=1) / 6)


def test_the_variance_is_unbiased_under_the_working_covariance_also_across_families() -> None:
    data = made_up(0)
    groups = Factors.of(12, data.families).families
    across = 0.2 * np.sqrt(np.outer(np.diag(data.sampling), np.diag(data.sampling)))
    phi = np.where(groups[:, None] == groups, data.sampling, across)
    roots = np.linalg.cholesky(phi).T
    across_part = cr2(Gls(np.zeros(12), intercept(12), phi), groups, ONE).variance
    robust = [cr2(Gls(y, intercept(12), phi), groups, ONE).variance - across_part for y in roots]
    truth = float(Gls(data.y, intercept(12), phi).cov[0, 0])
    assert sum(robust) + across_part == pytest.approx(truth)


@pytest.mark.parametrize("correlation", [-0.02, 0.2])
def test_covariance_across_families_widens_and_never_narrows(correlation: float) -> None:
    data = made_up(0)
    groups = Factors.of(12, data.families).families
    across = correlation * np.sqrt(np.outer(np.diag(data.sampling), np.diag(data.sampling)))
    phi = np.where(groups[:, None] == groups, data.sampling, across)
    fit = Gls(data.y, intercept(12), phi)
    direction = np.linalg.solve(phi, np.ones(12)) * float(fit.cov[0, 0])
    across_part = sum(
        direction[i] * phi[i, j] * direction[j]
        for i in range(12)
        for j in range(12)
        if groups[i] != groups[j]
    )
    assert np.sign(across_part) == np.sign(correlation)
    alone, _ = slow(data.y, intercept(12), phi, groups, ONE)
    assert cr2(fit, groups, ONE).variance == pytest.approx(alone + max(across_part, 0.0))


def test_groups_may_have_any_numbers_and_stand_in_any_order() -> None:
    data = made_up(4)
    groups = Factors.of(12, data.families).families
    order = np.random.default_rng(1).permutation(12)
    once = cr2(Gls(data.y, intercept(12), data.sampling), groups, ONE)
    shuffled = data.sampling[np.ix_(order, order)]
    again = cr2(Gls(data.y[order], intercept(12), shuffled), 7 - groups[order], ONE)
    assert (again.variance, again.df) == pytest.approx((once.variance, once.df))

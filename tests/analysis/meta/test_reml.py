import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.meta.gls import Gls, intercept
from analysis.meta.reml import reml, score
from analysis.stats.paired import Array
from tests.analysis.meta.published import bcg, made_up, schools


def components(families: tuple[str, ...]) -> list[Array]:
    names = np.asarray(families)
    return [np.eye(len(names)), (names[:, None] == names).astype(float)]


def test_bcg_has_the_published_variance() -> None:
    data = bcg()
    fit = reml(data.y, intercept(13), np.diag(data.sampling), [np.eye(13)])
    assert fit.tau2[0] == pytest.approx(0.313243, abs=5e-7)
    assert fit.gls.beta[0] == pytest.approx(-0.714532, abs=5e-7)
    assert np.sqrt(fit.gls.cov[0, 0]) == pytest.approx(0.179782, abs=5e-7)


def test_schools_in_districts_have_the_published_components_and_likelihood() -> None:
    data = schools()
    fit = reml(data.y, intercept(56), np.diag(data.sampling), components(data.families))
    assert fit.tau2 == pytest.approx([0.03273652, 0.06506194], abs=5e-9)
    assert fit.gls.beta[0] == pytest.approx(0.1847132, abs=5e-8)
    assert fit.gls.log_likelihood == pytest.approx(-7.9587, abs=5e-5)


def test_a_moderator_joins_the_schools_design() -> None:
    data = schools()
    years = np.repeat(
        [1976, 1989, 1994, 1976, 1997, 1976, 1997, 1997, 2000, 2000],
        [*(4, 4, 3, 4, 4, 11, 3, 8, 6, 5)],
    )
    years = np.append(years, [1995, 1995, 1994, 1994])
    design = np.column_stack([np.ones(56), years - years.mean()])
    fit = reml(data.y, design, np.diag(data.sampling), [np.eye(56)])
    assert fit.gls.beta == pytest.approx([0.1258, 0.0052], abs=5e-5)
    assert fit.tau2[0] == pytest.approx(0.0889, abs=5e-5)


def test_no_heterogeneity_is_exactly_zero() -> None:
    y = np.array([1.0, 1.1, 0.9, 1.05, 0.95])
    fit = reml(y, intercept(5), np.eye(5), [np.eye(5)])
    assert fit.tau2[0] == 0.0


def test_the_higher_of_two_maxima_is_found() -> None:
    y = np.array([0.3, 0.6, 0.1, -0.9, -8.5])
    variances = np.diag([0.0339, 0.7397, 0.0028, 25.6872, 4.5858])
    at_zero = Gls(y, intercept(5), variances)
    assert score(at_zero, [np.eye(5)])[0] < 0
    fit = reml(y, intercept(5), variances, [np.eye(5)])
    assert fit.tau2[0] == pytest.approx(10.98, abs=0.01)
    assert fit.gls.log_likelihood > at_zero.log_likelihood + 1


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.floats(-3, 2)), min_size=3, max_size=8),
    st.integers(0, 3),
)
def test_two_levels_of_any_data_are_at_their_maximum(
    data: list[tuple[float, float]], decimals: int
) -> None:
    y = np.array([estimate for estimate, _ in data]).round(decimals)
    variances = np.diag([10**exponent for _, exponent in data])
    fit = reml(y, intercept(len(y)), variances, [np.eye(len(y))])
    for tau2 in (0.0, *np.geomspace(1e-4, 1e4, 25)):
        other = Gls(y, intercept(len(y)), variances + tau2 * np.eye(len(y)))
        assert other.log_likelihood <= fit.gls.log_likelihood + 1e-6


def test_equal_estimates_are_no_obstacle() -> None:
    fit = reml(np.ones(5), intercept(5), np.eye(5), [np.eye(5)])
    assert (fit.tau2[0], fit.gls.beta[0]) == (0.0, 1.0)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_unit_of_the_estimates_does_not_matter(scale: float) -> None:
    data = made_up(3)
    parts = components(data.families)
    once = reml(data.y, intercept(12), data.sampling, parts)
    other = reml(scale * data.y, intercept(12), scale**2 * data.sampling, parts)
    assert other.tau2 / scale**2 == pytest.approx(once.tau2, rel=1e-6, abs=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3, 1.0, 4.0]))
def test_no_point_of_a_grid_is_likelier_than_the_maximum(seed: int, spread: float) -> None:
    data = made_up(seed, spread)
    parts = components(data.families)
    fit = reml(data.y, intercept(12), data.sampling, parts)
    steps = [0.0, *np.geomspace(1e-3, 1e3, 13) * data.sampling[0, 0]]
    for pair in steps:
        for family in steps:
            phi = data.sampling + pair * parts[0] + family * parts[1]
            other = Gls(data.y, intercept(12), phi).log_likelihood
            assert other <= fit.gls.log_likelihood + 1e-8


@example(174463, 0.3)  # expected information alone steps from one side of the maximum to the other
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3, 1.0, 4.0]))
def test_the_gradient_vanishes_inside_and_falls_at_the_boundary(seed: int, spread: float) -> None:
    data = made_up(seed, spread)
    parts = components(data.families)
    fit = reml(data.y, intercept(12), data.sampling, parts)
    for gradient, tau2 in zip(score(fit.gls, parts), fit.tau2, strict=True):
        assert gradient <= 1e-8
        assert tau2 == 0.0 or abs(gradient) < 1e-8


def test_the_gradient_is_that_of_the_likelihood() -> None:
    data = made_up(1)
    parts = components(data.families)

    def at(tau2: Array) -> Gls:
        phi = data.sampling + tau2[0] * parts[0] + tau2[1] * parts[1]
        return Gls(data.y, intercept(12), phi)

    point, step = np.array([0.7, 0.4]), 1e-8
    for index in range(2):
        ahead, behind = point.copy(), point.copy()
        ahead[index] += step
        behind[index] -= step
        slope = (at(ahead).log_likelihood - at(behind).log_likelihood) / (2 * step)
        assert score(at(point), parts)[index] == pytest.approx(slope, rel=1e-6)

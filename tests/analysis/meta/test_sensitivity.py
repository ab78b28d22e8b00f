import numpy as np
import pytest
from scipy import stats

from analysis.meta import (
    family_mean,
    fixed_set,
    leave_one_family_out,
    off_diagonal_share,
    random_effects,
)
from tests.analysis.meta.published import made_up


def test_the_mean_of_these_pairs_has_the_error_of_the_whole_covariance() -> None:
    data = made_up(1)
    mean = fixed_set(data.y, data.sampling, np.full(12, 40.0))
    assert mean.delta == pytest.approx(data.y.mean())
    assert mean.se**2 == pytest.approx(data.sampling.sum() / 144)


def test_pairs_of_one_family_do_not_add_degrees_of_freedom() -> None:
    variances = np.kron(np.eye(2), np.full((2, 2), 1.0)) + np.eye(4)
    mean = fixed_set(np.arange(4.0), variances, np.full(4, 10.0))
    assert mean.df == pytest.approx(20)
    assert fixed_set(np.arange(4.0), variances).df == np.inf


def test_family_means_are_a_t_test_over_families() -> None:
    data = made_up(1)
    means = [
        np.mean([y for y, name in zip(data.y, data.families, strict=True) if name == family])
        for family in sorted(set(data.families))
    ]
    expected = stats.ttest_1samp(means, 0.0)
    mean = family_mean(data.y, np.ones(len(data.y)), data.families)
    assert (mean.delta, mean.df) == (pytest.approx(np.mean(means)), 6)
    assert mean.p == pytest.approx(expected.pvalue)
    assert mean.interval() == pytest.approx(expected.confidence_interval(0.95))


def test_each_family_is_left_out_once() -> None:
    data = made_up(1)
    means_without = leave_one_family_out(data.y, data.sampling, data.families)
    assert list(means_without) == sorted(set(data.families))
    others = np.array([name != "f2" for name in data.families])
    names = [name for name in data.families if name != "f2"]
    without = random_effects(data.y[others], data.sampling[np.ix_(others, others)], names)
    assert means_without["f2"] == pytest.approx(without.mu)


def test_nothing_is_left_of_a_single_family() -> None:
    assert leave_one_family_out(np.arange(3.0), np.ones(3), ["a"] * 3) == {}


def test_a_single_family_that_is_left_has_a_mean() -> None:
    y, variances = np.array([1.0, 2.0, 3.0, 9.0]), np.ones(4)
    means_without = leave_one_family_out(y, variances, ["a", "a", "a", "b"])
    assert means_without == {"a": 9.0, "b": pytest.approx(2.0)}


def test_share_of_the_covariances() -> None:
    assert off_diagonal_share(np.array([1.0, 2.0])) == 0.0
    assert off_diagonal_share(np.array([[1.0, 0.5], [0.5, 2.0]])) == pytest.approx(0.25)

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.clusters import influence, robust
from analysis.stats.paired import Sums
from analysis.stats.weighted_sums import (
    Estimate,
    combine,
    covariance,
    sums_p,
    welch_satterthwaite,
)


def sums(seed: int, clusters: int, shift: float = 0.0) -> Sums:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, clusters).astype(float)
    return Sums(rng.normal(size=clusters) * sizes + shift * sizes, sizes)


def test_the_difference_of_two_independent_means_is_welchs_t_test() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(1, 1, 12), rng.normal(0, 3, 7)
    parts = [robust(Sums(values, np.ones(len(values)))) for values in (one, other)]
    total = combine(parts, [1, -1])
    expected = stats.ttest_ind(one, other, equal_var=False)
    assert total.p == pytest.approx(expected.pvalue)
    assert total.df == pytest.approx(expected.df)
    assert total.interval(0.9) == pytest.approx(expected.confidence_interval(0.9))


def test_the_degrees_of_freedom_of_a_level_by_hand() -> None:
    total = welch_satterthwaite(np.array([4.0, 1.0]), np.array([19.0, 200.0]))
    assert total == pytest.approx(25 / (16 / 19 + 1 / 200))


def test_parts_of_the_same_clusters_add_no_degrees_of_freedom() -> None:
    rng = np.random.default_rng(3)
    sizes = np.full(20, 5.0)
    series = [Sums(rng.normal(size=20), sizes) for _ in range(3)]
    parts = [robust(part) for part in series]
    joint = covariance([influence(part) for part in series], [range(20)] * 3)
    total = combine(parts, np.full(3, 1 / 3), joint)
    mean = robust(Sums(np.mean([part.sums for part in series], axis=0), sizes))
    assert (total.delta, total.se) == pytest.approx((mean.delta, mean.se_cr2))
    assert total.df == pytest.approx(19)


def test_the_diagonal_of_the_covariance_is_the_cr2_variance() -> None:
    series = [sums(seed, 10 + seed) for seed in range(4)]
    names = [[f"{seed}-{number}" for number in range(10 + seed)] for seed in range(4)]
    total = covariance([influence(part) for part in series], names)
    assert np.diag(total) == pytest.approx([robust(part).se_cr2 ** 2 for part in series])
    assert np.count_nonzero(total) == 4


def test_only_common_clusters_covary() -> None:
    one, other = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0])
    total = covariance([one, other], [["a", "b", "c"], ["c", "z"]])
    assert total == pytest.approx(np.array([[14.0, 30.0], [30.0, 500.0]]))


def test_a_part_without_weight_leaves_no_trace() -> None:
    parts = [Estimate(1.0, 0.5, 10.0), Estimate(9.0, math.nan, math.nan)]
    assert combine(parts, [1, 0]) == Estimate(1.0, 0.5, pytest.approx(10.0))


def test_a_part_without_error_adds_none() -> None:
    total = combine([Estimate(1.0, 0.0, 5.0), Estimate(2.0, 0.5, 10.0)], [0.5, 0.5])
    assert (total.delta, total.se, total.df) == pytest.approx((1.5, 0.25, 10.0))


def test_without_any_error_there_is_no_p() -> None:
    total = combine([Estimate(1.0, 0.0, 5.0), Estimate(2.0, 0.0, 10.0)], [0.5, 0.5])
    assert math.isnan(total.p)
    assert total.interval() == (1.5, 1.5)


def test_known_errors_give_the_normal_law() -> None:
    total = combine([Estimate(1.0, 1.0, math.inf), Estimate(1.0, 1.0, math.inf)], [0.5, 0.5])
    assert total.df == math.inf
    assert total.interval()[1] == pytest.approx(1 + stats.norm.ppf(0.975) / math.sqrt(2))


@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(0.01, 5), st.floats(1, 500)), min_size=1, max_size=6
    )
)
def test_degrees_of_freedom_lie_between_the_least_and_the_sum(
    triples: list[tuple[float, float, float]],
) -> None:
    parts = [Estimate(*part) for part in triples]
    total = combine(parts, np.full(len(parts), 1 / len(parts)))
    dfs = [part.df for part in parts]
    assert min(dfs) * (1 - 1e-9) <= total.df <= sum(dfs) * (1 + 1e-9)
    turned = combine([Estimate(-p.delta, p.se, p.df) for p in parts], np.full(len(parts), -1.0))
    assert turned.p == pytest.approx(total.p)


@pytest.mark.parametrize("parts", [1, 3, 6])
def test_the_p_of_many_sums_are_those_of_single_sums(parts: int) -> None:
    rng = np.random.default_rng(parts)
    roots = rng.normal(size=(40, parts, parts))
    numbers = np.arange(parts) // 2
    errors = np.where(numbers[:, None] == numbers, roots @ roots.transpose(0, 2, 1), 0.0)
    errors[::7] = 0.0  # no error: no p
    errors[::5] *= np.eye(parts)  # other blocks than the others
    deltas, dfs = rng.normal(size=(40, parts)), np.exp(rng.uniform(0, 5, size=(40, parts)))
    dfs[3] = np.inf
    weights = rng.uniform(0.1, 1.0, size=parts)
    single = [
        combine([Estimate(d, 1.0, df) for d, df in zip(delta, freedom, strict=True)], weights, e).p
        for delta, freedom, e in zip(deltas, dfs, errors, strict=True)
    ]
    together = sums_p(deltas, errors, dfs, weights)
    assert together == pytest.approx(single, rel=1e-12, nan_ok=True)
    assert np.isnan(together).sum() == 6

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stats.sign_flip.subset_sums import BLOCK, all_subsets, random_subsets


@given(st.lists(st.integers(-9, 9), max_size=8))
def test_every_subset_is_summed_once_and_the_empty_one_first(values: list[int]) -> None:
    expected = [
        sum(value for value, member in zip(values, members, strict=True) if member)
        for members in product((False, True), repeat=len(values))
    ]
    totals = all_subsets(np.array(values, dtype=float))
    assert totals[0] == 0
    assert sorted(totals) == sorted(expected)


@pytest.mark.parametrize("clusters", [9, 16, 23])
def test_clusters_are_in_half_of_the_subsets_and_independent(clusters: int) -> None:
    draws = 20_000
    members = random_subsets(np.eye(clusters), seed=1, draws=draws)
    assert set(np.unique(members)) == {0.0, 1.0}
    assert np.abs(members.mean(axis=1) - 0.5).max() < 4.5 * 0.5 / draws**0.5
    assert np.abs(np.corrcoef(members) - np.eye(clusters)).max() < 4.5 / draws**0.5
    assert np.abs(np.corrcoef(members[:, :-1], members[:, 1:])[:clusters, clusters:]).max() < (
        4.5 / draws**0.5
    )


def test_sums_are_of_the_members_to_the_last_bits() -> None:
    columns = np.random.default_rng(0).normal(size=(3, 40)) * [[1e-9], [1], [1e9]]
    members = random_subsets(np.eye(40), seed=3, draws=BLOCK + 5)
    totals = random_subsets(columns, seed=3, draws=BLOCK + 5)
    scale = np.abs(columns).sum(axis=1, keepdims=True)
    assert np.abs((totals - columns @ members) / scale).max() < 1e-14


def test_more_draws_begin_with_the_same() -> None:
    columns = np.random.default_rng(0).normal(size=(2, 40))
    many = random_subsets(columns, seed=3, draws=2 * BLOCK + 100)
    assert np.array_equal(many[:, : BLOCK - 3], random_subsets(columns, seed=3, draws=BLOCK - 3))
    assert not np.array_equal(many[:, :BLOCK], many[:, BLOCK : 2 * BLOCK])


def test_no_column_changes_a_bit_of_another_and_every_seed_is_another() -> None:
    columns = np.random.default_rng(0).normal(size=(41, 301))
    totals = random_subsets(columns, seed=3, draws=500)
    for row in (0, 7, 40):
        assert np.array_equal(totals[row], random_subsets(columns[row, None], seed=3, draws=500)[0])
    assert not np.array_equal(totals, random_subsets(columns, seed=4, draws=500))

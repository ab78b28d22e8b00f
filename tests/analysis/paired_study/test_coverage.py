import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.paired_study.coverage import leave_one_out, status
from analysis.pairing.missing_samples import Ledger
from analysis.stats.paired import Sums


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.integers(1, 9)), min_size=2, max_size=8),
)
def test_leaving_out_each_cluster_in_turn(clusters: list[tuple[float, int]]) -> None:
    sums, sizes = (np.array(values, dtype=float) for values in zip(*clusters, strict=True))
    interval = leave_one_out(Sums(sums, sizes))
    deltas = [
        np.delete(sums, index).sum() / np.delete(sizes, index).sum() for index in range(len(sums))
    ]
    assert interval is not None
    assert interval == pytest.approx((min(deltas), max(deltas)), abs=1e-9)


def test_a_single_cluster_cannot_be_left_out() -> None:
    assert leave_one_out(Sums(np.array([1.0]), np.array([3.0]))) is None


@pytest.mark.parametrize(
    ("lacking", "expected"), [(0, "complete"), (1, "incomplete"), (6, "refused")]
)
def test_one_missing_sample_makes_a_comparison_incomplete(lacking: int, expected: str) -> None:
    complete = Ledger(100, 100)
    ids = tuple(f"{index}" for index in range(lacking))
    assert status([complete, Ledger(100, 100 - lacking, only_base=ids)]) == expected

"""Many series at once: none changes a bit of another."""

import numpy as np
import pytest

from analysis.stats.sign_flip import subset_sums
from analysis.stats.sign_flip.sign_flip import sign_flips, sign_flips_with_intervals
from tests.analysis.reference import (
    MAIZE,
    THYROIDS,
    many,
    sign_flip,
    sign_flip_interval,
    sums,
)

FEW = 999
"""Random flips, where their number does not matter."""


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_13th_pair_changes_no_bit_of_the_first_twelve() -> None:
    series = many(12)
    more = [*series, *many(1, seed=9), *many(2, clusters=37), sums(np.ones(8))]
    assert sign_flips_with_intervals(more, rng(), flips=FEW)[:12] == sign_flips_with_intervals(
        series, rng(), flips=FEW
    )


def test_a_series_gets_the_same_alone_as_among_others_and_in_either_function() -> None:
    series = [*many(3), MAIZE, *many(2, clusters=23), *many(2, seed=4), THYROIDS]
    step_sizes = [None, None, None, 1.0, None, None, None, None, None]
    both = sign_flips_with_intervals(series, rng(), step_sizes, FEW, 0.9)
    assert sign_flips(series, rng(), step_sizes, FEW) == [test for test, _ in both]
    for one, step_size, (test, interval) in zip(series, step_sizes, both, strict=True):
        assert sign_flip(one, rng(), step_size, FEW) == test
        assert sign_flip_interval(one, rng(), 0.9, FEW) == interval


def test_the_size_of_pieces_in_memory_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    series = many(5)
    together = sign_flips_with_intervals(series, rng(), flips=4500)
    monkeypatch.setattr("analysis.stats.sign_flip.sign_flip.TOGETHER", 2)
    monkeypatch.setattr(subset_sums, "CHUNK", 30 * 7)
    assert sign_flips_with_intervals(series, rng(), flips=4500) == together


def test_a_seed_means_the_same_tomorrow() -> None:
    ((test, interval),) = sign_flips_with_intervals(many(), rng(1), flips=4999)
    assert (test.p, test.p_greater, test.p_less) == (0.0314, 0.0162, 0.984)
    assert interval == pytest.approx((0.010666063028930257, 0.24339895864360983), rel=1e-14)
    assert sign_flips_with_intervals(many(), rng(2), flips=4999) != [(test, interval)]

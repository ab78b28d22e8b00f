"""Many series at once: none changes a bit of another."""

import numpy as np
import pytest

from analysis.stats.sign_flip import subset_sums
from analysis.stats.sign_flip.sign_flip import (
    flips_and_inversions,
    inversion,
    inversions,
    sign_flip,
    sign_flips,
)
from tests.analysis.reference import MAIZE, THYROIDS, many, sums

FEW = 999
"""Random flips, where their number does not matter."""


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_13th_pair_changes_no_bit_of_the_first_twelve() -> None:
    series = many(12)
    more = [*series, *many(1, seed=9), *many(2, clusters=37), sums(np.ones(8))]
    assert flips_and_inversions(more, rng(), flips=FEW)[:12] == flips_and_inversions(
        series, rng(), flips=FEW
    )


def test_a_series_gets_the_same_alone_as_among_others_and_in_either_function() -> None:
    series = [*many(3), MAIZE, *many(2, clusters=23), *many(2, seed=4), THYROIDS]
    grains = [None, None, None, 1.0, None, None, None, None, None]
    both = flips_and_inversions(series, rng(), grains, FEW, 0.9)
    assert sign_flips(series, rng(), grains, FEW) == [test for test, _ in both]
    assert inversions(series, rng(), 0.9, FEW) == [interval for _, interval in both]
    for one, grain, (test, interval) in zip(series, grains, both, strict=True):
        assert sign_flip(one, rng(), grain, FEW) == test
        assert inversion(one, rng(), 0.9, FEW) == interval


def test_the_size_of_pieces_in_memory_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    series = many(5)
    whole = flips_and_inversions(series, rng(), flips=4500)
    monkeypatch.setattr("analysis.stats.sign_flip.sign_flip.TOGETHER", 2)
    monkeypatch.setattr(subset_sums, "CHUNK", 30 * 7)
    assert flips_and_inversions(series, rng(), flips=4500) == whole


def test_a_seed_means_the_same_tomorrow() -> None:
    ((test, interval),) = flips_and_inversions(many(), rng(1), flips=4999)
    assert (test.p, test.p_greater, test.p_less) == (0.0314, 0.0162, 0.984)
    assert interval == pytest.approx((0.010666063028930257, 0.24339895864360983), rel=1e-14)
    assert flips_and_inversions(many(), rng(2), flips=4999) != [(test, interval)]

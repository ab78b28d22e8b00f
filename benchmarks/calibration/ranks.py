"""Rank sets of a study's models that answer the same items."""

import numpy as np
from scipy import stats

from analysis.stats.paired import Array
from analysis.stats.rank_sets import RankSet, rank_sets
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

SETS, MODELS, CLUSTERS = 2000, 10, 20
SHARED = 0.5
"""Correlation of the models' scores of a cluster."""
GAPS = 0.15
"""Between neighbours, in standard deviations of a cluster's score."""


def equal_models() -> list[Rate]:
    """Every rank set has to contain all ranks that equal models share."""
    return _rates(40, "equal", np.zeros(MODELS))


def distinct_models() -> list[Rate]:
    """Every model has one true rank."""
    return _rates(41, "of different quality", GAPS * np.arange(MODELS)[::-1])


def _rates(item: int, quality: str, means: Array) -> list[Rate]:
    rng, name = seeded(item), f"{MODELS} models {quality}, {CLUSTERS} patients"
    patients = np.sqrt(SHARED) * rng.standard_normal((SETS, CLUSTERS, 1))
    own = np.sqrt(1 - SHARED) * rng.standard_normal((SETS, CLUSTERS, MODELS))
    scores = means + patients + own
    p = stats.ttest_rel(scores[..., :, None], scores[..., None, :], axis=1).pvalue
    observed = scores.mean(axis=1)
    excludes = [
        _excludes(rank_sets(row, tests, ALPHA), means)
        for row, tests in zip(observed, p, strict=True)
    ]
    sorted_wrongly = [_excludes(_places(row), means) for row in observed]
    return [
        rate(name, "rank sets, Holm", "excludes any true rank", excludes, (0.0, 0.06)),
        rate(
            name, "places in the sorted table", "excludes any true rank", sorted_wrongly, (0.5, 1)
        ),
    ]


def _places(scores: Array) -> list[RankSet]:
    places = stats.rankdata(-scores).astype(int)
    return [RankSet(int(place), int(place)) for place in places]


def _excludes(ranks: list[RankSet], means: Array) -> bool:
    """True if a rank set lacks a rank that is true for its model; equal models share ranks."""
    first = 1 + (means[None, :] > means[:, None]).sum(axis=1)
    last = len(means) - (means[None, :] < means[:, None]).sum(axis=1)
    low, high = np.transpose(ranks)
    return bool((low > first).any() or (high < last).any())

"""Rank sets of the models of a study, from the joint error of their scores."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np

from analysis.paired_study.joint_covariance import joint_covariance
from analysis.paired_study.task_sums import TaskSums
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.paired import Array
from analysis.stats.rank_sets import RankSet, rank_sets
from analysis.stats.weighted_sums import Estimate, combine
from clue.cluster_robust import ROUNDING

Tasks = Mapping[str, TaskSums]
"""Task to the sums of one model."""


def model_ranks(
    models: Mapping[str, Tasks], scores: Mapping[str, Mapping[str, float]], alpha: float
) -> dict[str, dict[str, RankSet]]:
    """Rank sets of every score, which hold for all models of the score at once.

    Two models are compared as a pair is, on the same items. Models that answered other items than
    most have no rank set.

    Args:
        models: the models that are ranked, with their tasks.
        scores: score to the weights of its tasks.
        alpha: error rate of the rank sets of one score together.

    Returns:
        Score to model to rank set; without scores of fewer than two models or five clusters.
    """
    places = [(model, task) for model, tasks in models.items() for task in tasks]
    joint = joint_covariance([models[model][task] for model, task in places])
    ranks = {}
    for name, weights in scores.items():
        ranked = _comparable(models, weights)
        if len(ranked) > 1:
            rows = {model: [places.index((model, task)) for task in weights] for model in ranked}
            p = _p_values([models[model] for model in ranked], list(rows.values()), joint, weights)
            means = [
                sum(w * models[model][task].estimate.delta for task, w in weights.items())
                for model in ranked
            ]
            ranks[name] = dict(zip(ranked, rank_sets(means, p, alpha), strict=True))
    return ranks


def _comparable(models: Mapping[str, Tasks], weights: Mapping[str, float]) -> list[str]:
    """Models that have all tasks, on the items that most of them have."""
    bases = {
        model: tuple(tasks[task].basis for task in weights)
        for model, tasks in models.items()
        if set(weights) <= set(tasks)
        and min(tasks[task].sums.n_clusters for task in weights) >= LEAST_CLUSTERS
    }
    if not bases:
        return []
    usual = Counter(bases.values()).most_common(1)[0][0]
    return [model for model, basis in bases.items() if basis == usual]


def _p_values(
    models: Sequence[Tasks],
    rows: Sequence[Sequence[int]],
    joint: Array,
    weights: Mapping[str, float],
) -> Array:
    """Two-sided p of the difference of each two models, shape (m, m); nan without an error."""
    p = np.full((len(models), len(models)), np.nan)
    for one, other in combinations(range(len(models)), 2):
        blocks = {
            (a, b): joint[np.ix_(rows[a], rows[b])] for a, b in product((one, other), repeat=2)
        }
        own = blocks[one, one] + blocks[other, other]
        error = own - blocks[one, other] - blocks[other, one]
        error[np.abs(error) <= ROUNDING * np.abs(own)] = 0.0
        parts = [
            Estimate(
                models[one][task].estimate.delta - models[other][task].estimate.delta,
                float(np.sqrt(error[number, number])),
                models[one][task].estimate.df,
            )
            for number, task in enumerate(weights)
        ]
        p[one, other] = p[other, one] = combine(parts, list(weights.values()), error).p
    return p

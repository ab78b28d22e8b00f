"""Rank sets of the models of a study, from the joint error of their scores."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.paired_study.joint_covariance import joint_covariance
from analysis.paired_study.task_sums import TaskSums
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.paired import Array
from analysis.stats.rank_sets import RankSet, rank_sets
from analysis.stats.weighted_sums import sums_p
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
    cells = [(model, task) for model, tasks in models.items() for task in tasks]
    row_of = {cell: number for number, cell in enumerate(cells)}
    joint = joint_covariance([models[model][task] for model, task in cells])
    ranks = {}
    for name, weights in scores.items():
        ranked = _comparable(models, weights)
        if len(ranked) > 1:
            rows = [[row_of[model, task] for task in weights] for model in ranked]
            p = _p_values([models[model] for model in ranked], rows, joint, weights)
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
    scores, dfs = (
        np.array([[getattr(tasks[task].estimate, name) for task in weights] for tasks in models])
        for name in ("delta", "df")
    )
    one, other = np.triu_indices(len(models), 1)
    index = np.array(rows)
    p = np.full((len(models), len(models)), np.nan)
    p[one, other] = p[other, one] = sums_p(
        scores[one] - scores[other],
        _difference_errors(joint, index[one], index[other]),
        dfs[one],
        np.array([*weights.values()]),
    )
    return p


def _difference_errors(joint: Array, one: NDArray[np.int_], other: NDArray[np.int_]) -> Array:
    """Error covariance of the differences of many two models in t tasks, shape (k, t, t).

    Args:
        joint: of all scores.
        one: rows of the first models' tasks in it, shape (k, t).
        other: of the second models' tasks.
    """

    def block(rows: NDArray[np.int_], columns: NDArray[np.int_]) -> Array:
        return np.asarray(joint[rows[:, :, None], columns[:, None, :]])

    own = block(one, one) + block(other, other)
    error = own - block(one, other) - block(other, one)
    error[np.abs(error) <= ROUNDING * np.abs(own)] = 0.0
    return error

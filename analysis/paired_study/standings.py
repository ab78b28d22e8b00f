"""Scores of every model with intervals, including baselines and models without a partner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.joint_covariance import joint_covariance
from analysis.paired_study.model_ranks import model_ranks
from analysis.paired_study.task_sums import TaskSums
from analysis.stats.paired import Array
from analysis.stats.rank_sets import RankSet
from analysis.stats.weighted_sums import Estimate, combine
from clue.cluster_robust import task_sums
from clue.marks import union
from clue.task.levels import ScoreTree

BASELINE = "baseline"
"""Family of rules that answer without a model."""


@dataclass(frozen=True)
class ModelScore:
    """A score of one model, in points."""

    estimate: Estimate
    """Its error is that of sampling clusters of items; nan with a single cluster."""
    n: int
    """Items; their presentations are averaged."""
    n_clusters: int
    rank_set: RankSet | None = None
    """Among the models of the prompt setting without baselines, simultaneous at 95 %; None: a
    baseline, other items than most models answered, or nothing to compare with."""


@dataclass(frozen=True)
class Standing:
    """All scores of one model under one prompt setting."""

    model: str
    facts: Mapping[str, Any]
    """Of one of its cells."""
    marks: tuple[str, ...]
    """Of its cells together."""
    scores: Mapping[str, ModelScore]
    """Task, data set or level to score; a composite only if the model has all its parts."""


def standings(
    cells: Mapping[CellKey, StoredCell], tree: ScoreTree, prompt: str, alpha: float = 0.05
) -> list[Standing]:
    """The models of a prompt setting: by family, base first; baselines last.

    Args:
        cells: the store.
        tree: composites of the study.
        prompt: the setting.
        alpha: error rate of the rank sets of one score together.

    Raises:
        StoreError: a table cannot be read.
    """
    by_model: dict[str, list[StoredCell]] = {}
    for key, cell in cells.items():
        if key.prompt == prompt:
            by_model.setdefault(key.model, []).append(cell)
    tasks_of = {model: _tasks(of_model) for model, of_model in by_model.items()}
    ranks = _ranks(by_model, tasks_of, tree, alpha)
    rows = [
        Standing(
            model,
            of_model[0].facts,
            union(*(cell.marks for cell in of_model)),
            {
                name: replace(score, rank_set=ranks.get(name, {}).get(model))
                for name, score in _scores(tasks_of[model], tree)
            },
        )
        for model, of_model in by_model.items()
    ]
    return sorted(rows, key=_report_order)


def metric_score(cell: StoredCell, name: str) -> ModelScore | None:
    """One metric of a cell, over the rows that define it; None if no row does."""
    columns = cell.columns.over_draws
    scores = columns.scores[name]
    defined = ~np.isnan(scores)
    if not defined.any():
        return None
    sums = task_sums(scores[defined, None], columns.clusters[defined])
    return _score(TaskSums.with_names(cell, sums, defined))


def _report_order(standing: Standing) -> tuple[bool, str, bool, str]:
    family = str(standing.facts.get("family"))
    return family == BASELINE, family, standing.facts.get("base") is not None, standing.model


def _tasks(cells: list[StoredCell]) -> dict[str, TaskSums]:
    return {str(cell.facts["task"]): sums for cell in cells if (sums := TaskSums.of(cell))}


def _ranks(
    cells: Mapping[str, list[StoredCell]],
    tasks_of: Mapping[str, Mapping[str, TaskSums]],
    tree: ScoreTree,
    alpha: float,
) -> dict[str, dict[str, RankSet]]:
    """Score to model to rank set, among the models that are no baselines."""
    models = {
        model: tasks
        for model, tasks in tasks_of.items()
        if cells[model][0].facts.get("family") != BASELINE
    }
    single = {task: {task: 1.0} for tasks in models.values() for task in tasks}
    return model_ranks(models, {**single, **tree.of_tasks}, alpha)


def _scores(tasks: Mapping[str, TaskSums], tree: ScoreTree) -> Iterator[tuple[str, ModelScore]]:
    yield from ((name, _score(task)) for name, task in tasks.items())
    for name, weights in tree.of_tasks.items():
        if set(weights) <= set(tasks):
            yield name, _composite([tasks[task] for task in weights], np.array([*weights.values()]))


def _score(task: TaskSums) -> ModelScore:
    return ModelScore(task.estimate, len(task.items), task.sums.n_clusters)


def _composite(parts: list[TaskSums], weights: Array) -> ModelScore:
    """Weighted sum of tasks; its error includes the clusters that data sets share."""
    clusters = {(part.dataset, name) for part in parts for name in part.clusters}
    estimate = combine([part.estimate for part in parts], weights, joint_covariance(parts))
    items = {(part.dataset, name) for part in parts for name in part.items}
    return ModelScore(estimate, len(items), len(clusters))

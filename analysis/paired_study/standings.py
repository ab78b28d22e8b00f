"""Scores of every model with intervals, including baselines and models without a partner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CellKey, StoredCell
from analysis.stats.clusters import influence
from analysis.stats.paired import Array, Sums
from analysis.stats.weighted_sums import Estimate, combine, covariance
from clue.cluster_robust import robust, task_sums
from clue.marks import union
from clue.task.levels import ScoreTree


@dataclass(frozen=True)
class ModelScore:
    """A score of one model, in points."""

    estimate: Estimate
    """Its error is that of sampling clusters of items; nan with a single cluster."""
    n: int
    """Items; their presentations are averaged."""
    n_clusters: int


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


@dataclass(frozen=True)
class _TaskSums:
    """A task score as sums within named clusters."""

    sums: Sums
    clusters: tuple[str, ...]
    items: frozenset[str]


def standings(cells: Mapping[CellKey, StoredCell], tree: ScoreTree, prompt: str) -> list[Standing]:
    """The models of a prompt setting: by family, base first; baselines last.

    Args:
        cells: the store.
        tree: composites of the study.
        prompt: the setting.

    Raises:
        StoreError: a table cannot be read.
    """
    by_model: dict[str, list[StoredCell]] = {}
    for key, cell in cells.items():
        if key.prompt == prompt:
            by_model.setdefault(key.model, []).append(cell)
    rows = [
        Standing(
            model,
            of_model[0].facts,
            union(*(cell.marks for cell in of_model)),
            dict(_scores(of_model, tree)),
        )
        for model, of_model in by_model.items()
    ]
    return sorted(rows, key=_rank)


def metric_score(cell: StoredCell, name: str) -> ModelScore | None:
    """One metric of a cell, over the rows that define it; None if no row does."""
    columns = cell.columns
    scores = columns.scores[name]
    defined = ~np.isnan(scores)
    if not defined.any():
        return None
    sums = task_sums(scores[defined, None], columns.clusters[defined])
    return _score(_with_names(cell, sums, defined))


def _rank(standing: Standing) -> tuple[bool, str, bool, str]:
    family = str(standing.facts.get("family"))
    return family == "baseline", family, standing.facts.get("base") is not None, standing.model


def _scores(cells: list[StoredCell], tree: ScoreTree) -> Iterator[tuple[str, ModelScore]]:
    tasks = {str(cell.facts["task"]): sums for cell in cells if (sums := _task_sums(cell))}
    yield from ((name, _score(task)) for name, task in tasks.items())
    for name, weights in tree.of_tasks.items():
        if set(weights) <= set(tasks):
            yield name, _composite([tasks[task] for task in weights], np.array([*weights.values()]))


def _task_sums(cell: StoredCell) -> _TaskSums | None:
    """None if a metric of the task score is undefined in all rows."""
    columns, names = cell.columns, cell.facts["score"]
    if any(np.isnan(columns.scores.get(name, np.nan)).all() for name in names):
        return None
    scores = np.column_stack([columns.scores[name] for name in names])
    return _with_names(cell, task_sums(scores, columns.clusters), np.full(len(scores), True))


def _with_names(cell: StoredCell, sums: Sums, rows: NDArray[np.bool_]) -> _TaskSums:
    """Adds the names of clusters and items, which tell data sets apart."""
    clusters, items = (
        [f"{cell.facts['dataset']}/{name}" for name in np.unique(names[rows])]
        for names in (cell.columns.clusters, cell.columns.ids)
    )
    return _TaskSums(sums, tuple(clusters), frozenset(items))


def _score(task: _TaskSums) -> ModelScore:
    result = robust(task.sums)
    return ModelScore(Estimate.of(result), len(task.items), result.n_clusters)


def _composite(parts: list[_TaskSums], weights: Array) -> ModelScore:
    """Weighted sum of tasks; its error includes the clusters that tasks of a data set share."""
    joint = covariance([influence(part.sums) for part in parts], [part.clusters for part in parts])
    clusters = {name for part in parts for name in part.clusters}
    estimate = combine([_score(part).estimate for part in parts], weights, joint)
    items = {name for part in parts for name in part.items}
    return ModelScore(estimate, len(items), len(clusters))

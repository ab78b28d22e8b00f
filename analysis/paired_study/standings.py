"""Every model on its own: scores with intervals, of those without a partner and baselines too."""

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
from clue.task.levels import Tree


@dataclass(frozen=True)
class ModelScore:
    """A score of one model, in points."""

    estimate: Estimate
    """Its error is that of sampling clusters of items; nan with a single cluster."""
    n: int
    """Items; their repeats are averaged."""
    n_clusters: int


@dataclass(frozen=True)
class Standing:
    """One model under one prompt setting."""

    model: str
    facts: Mapping[str, Any]
    """Of one of its cells."""
    scores: Mapping[str, ModelScore]
    """Task, data set or level to score; a composite only if all its parts are there."""


@dataclass(frozen=True)
class _Task:
    """A task score as sums within named clusters."""

    sums: Sums
    clusters: tuple[str, ...]
    items: frozenset[str]


def standings(cells: Mapping[CellKey, StoredCell], tree: Tree, prompt: str) -> list[Standing]:
    """The models of a prompt setting: by family, base first; baselines last.

    Args:
        cells: the store.
        tree: composites to their parts, parts first.
        prompt: the setting.

    Raises:
        StoreError: a table cannot be read.
    """
    found: dict[str, list[StoredCell]] = {}
    for place, cell in cells.items():
        if place.prompt == prompt:
            found.setdefault(place.model, []).append(cell)
    made = [Standing(model, of[0].facts, dict(_scores(of, tree))) for model, of in found.items()]
    return sorted(made, key=_rank)


def metric_score(cell: StoredCell, name: str) -> ModelScore | None:
    """One metric of a cell, over the rows that define it; None if none does."""
    columns = cell.columns
    scores = columns.scores[name]
    known = ~np.isnan(scores)
    if not known.any():
        return None
    return _score(_named(cell, task_sums(scores[known, None], columns.clusters[known]), known))


def _rank(standing: Standing) -> tuple[bool, str, bool, str]:
    family = str(standing.facts.get("family"))
    return family == "baseline", family, standing.facts.get("base") is not None, standing.model


def _scores(cells: list[StoredCell], tree: Tree) -> Iterator[tuple[str, ModelScore]]:
    tasks = {str(cell.facts["task"]): made for cell in cells if (made := _task(cell))}
    yield from ((name, _score(task)) for name, task in tasks.items())
    for name in tree:
        weights = dict(_weights(name, tree))
        if set(weights) <= set(tasks):
            yield name, _composite([tasks[task] for task in weights], np.array([*weights.values()]))


def _task(cell: StoredCell) -> _Task | None:
    """None if one of the task's metrics is defined nowhere."""
    columns, names = cell.columns, cell.facts["score"]
    if any(np.isnan(columns.scores.get(name, np.nan)).all() for name in names):
        return None
    scores = np.column_stack([columns.scores[name] for name in names])
    return _named(cell, task_sums(scores, columns.clusters), np.full(len(scores), True))


def _named(cell: StoredCell, sums: Sums, rows: NDArray[np.bool_]) -> _Task:
    """Names of clusters and items tell data sets apart."""
    clusters, items = (
        [f"{cell.facts['dataset']}/{name}" for name in np.unique(names[rows])]
        for names in (cell.columns.clusters, cell.columns.ids)
    )
    return _Task(sums, tuple(clusters), frozenset(items))


def _score(task: _Task) -> ModelScore:
    made = robust(task.sums)
    return ModelScore(Estimate.of(made), len(task.items), made.n_clusters)


def _composite(parts: list[_Task], weights: Array) -> ModelScore:
    """Tasks of one data set share clusters, which is in the error."""
    joint = covariance([influence(part.sums) for part in parts], [part.clusters for part in parts])
    made = [_score(part) for part in parts]
    clusters = {name for part in parts for name in part.clusters}
    estimate = combine([each.estimate for each in made], weights, joint)
    items = {name for part in parts for name in part.items}
    return ModelScore(estimate, len(items), len(clusters))


def _weights(name: str, tree: Tree) -> Iterator[tuple[str, float]]:
    """Tasks of a composite and what each is worth in it."""
    if name not in tree:
        yield name, 1.0
        return
    for part in tree[name]:
        yield from ((task, weight / len(tree[name])) for task, weight in _weights(part, tree))

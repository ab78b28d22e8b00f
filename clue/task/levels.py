"""Task score, data sets of several tasks, levels and overall score: weighted means.

Dada et al. 2025, section 4. The task score is the mean of the metrics that the task file names in
`score`. A study declares its levels; in the paper's, a level is the mean of its data sets, with
LongHealth as the mean of its three tasks, and the overall score is the mean of the levels. A mean
without one of its parts is left out.

MedNLI causes most of the variance between models in Level 1, and LongHealth in Level 2, so a
composite is shown with its parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean

from clue.config.schema import TaskConf

OVERALL = "overall"

Weights = Mapping[str, float]
"""Part of a composite score to its weight; the weights sum to 1."""


@dataclass(frozen=True)
class ScoreTree:
    """Composite scores of a study, with the weights of their parts."""

    datasets: Mapping[str, Weights] = field(default_factory=dict)
    """Data sets of several tasks."""
    levels: Mapping[str, Weights] = field(default_factory=dict)
    """Levels as means of data sets."""
    overall: Weights = field(default_factory=dict)
    """Weights of levels; empty = the study has no overall score."""

    @cached_property
    def composites(self) -> dict[str, Weights]:
        """All composites; a part precedes the composites that contain it."""
        overall = {OVERALL: self.overall} if self.overall else {}
        return {**self.datasets, **self.levels, **overall}

    @cached_property
    def of_datasets(self) -> dict[str, dict[str, float]]:
        """Levels and the overall score as weights of data sets.

        A data set of several tasks is one unit here: its own mean is taken item by item.
        """
        weights = {name: dict(parts) for name, parts in self.levels.items()}
        overall = _summed(
            (dataset, share * weight)
            for level, share in self.overall.items()
            for dataset, weight in self.levels[level].items()
        )
        return weights | ({OVERALL: overall} if overall else {})

    @cached_property
    def of_tasks(self) -> dict[str, dict[str, float]]:
        """Every composite as weights of tasks."""
        return {name: _summed(self._tasks(name, 1.0)) for name in self.composites}

    def _tasks(self, name: str, weight: float) -> Iterator[tuple[str, float]]:
        if name not in self.composites:
            yield name, weight
            return
        for part, share in self.composites[name].items():
            yield from self._tasks(part, weight * share)


def _summed(weights: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Weights by name; a part may be in several levels."""
    sums: dict[str, float] = {}
    for name, weight in weights:
        sums[name] = sums.get(name, 0.0) + weight
    return sums


def equal_weights(parts: Sequence[str]) -> dict[str, float]:
    """Returns weights of an unweighted mean.

    >>> equal_weights(["mednli", "meqsum"])
    {'mednli': 0.5, 'meqsum': 0.5}
    """
    return dict.fromkeys(parts, 1 / len(parts))


def datasets_of_tasks(tasks: Iterable[TaskConf]) -> dict[str, list[str]]:
    """Returns data set to its tasks.

    >>> datasets_of_tasks([TaskConf("longhealth1", reader="longhealth"), TaskConf("mednli")])
    {'longhealth': ['longhealth1'], 'mednli': ['mednli']}
    """
    datasets: dict[str, list[str]] = {}
    for task in tasks:
        datasets.setdefault(task.dataset, []).append(task.name)
    return datasets


def task_score(metrics: Mapping[str, float], names: Sequence[str]) -> float:
    """Returns the mean of the named metrics, in their unit.

    >>> task_score({"rouge1": 40.0, "rouge2": 20.0, "bertscore_f1": 90.0}, ["rouge1", "rouge2"])
    30.0
    """
    return fmean(metrics[name] for name in names)


def composites(scores: Mapping[str, float], tree: ScoreTree) -> dict[str, float]:
    """Returns the composites whose parts are complete, in the unit of the scores.

    >>> tree = ScoreTree(levels={"level1": {"a": 0.5, "b": 0.5}, "level2": {"c": 1.0}})
    >>> composites({"a": 10.0, "b": 30.0}, tree)
    {'level1': 20.0}
    """
    means = dict(scores)
    for name, weights in tree.composites.items():
        if all(part in means for part in weights):
            means[name] = fmean((means[part] for part in weights), list(weights.values()))
    return {name: means[name] for name in tree.composites if name in means}

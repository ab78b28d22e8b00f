"""Tasks, data sets and composite scores that a study names."""

from functools import cache
from typing import Any

from clue.config.study_schema import StudyConf
from clue.task import task_files
from clue.task.levels import ScoreTree, Weights, datasets_of_tasks, equal_weights


def named_tasks(conf: StudyConf) -> list[str]:
    """Returns the tasks and data sets that a study names, in levels or outside of them."""
    in_levels = [part for parts in conf.levels.values() for part in parts]
    return list(dict.fromkeys([*in_levels, *conf.tasks]))


def tasks_of(name: str) -> list[str]:
    """Returns the tasks of a data set of several tasks, or the task itself."""
    return _datasets(task_files.names()).get(name, [name])


def score_tree(conf: StudyConf) -> ScoreTree:
    """Returns the composites of a study; a data set needs all of its tasks."""
    tasks = {task for name in named_tasks(conf) for task in tasks_of(name)}
    datasets = {
        name: equal_weights(parts)
        for name, parts in _datasets(task_files.names()).items()
        if parts != [name] and set(parts) <= tasks
    }
    levels = {name: _weights(parts) for name, parts in conf.levels.items()}
    return ScoreTree(datasets, levels, dict(conf.overall))


def _weights(parts: Any) -> Weights:
    """A list has equal weights."""
    if isinstance(parts, list):
        return equal_weights(parts)
    return {str(name): float(weight) for name, weight in parts.items()}


@cache
def _datasets(tasks: tuple[str, ...]) -> dict[str, list[str]]:
    return datasets_of_tasks(map(task_files.load, tasks))

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
    return list(_datasets().get(name, [name]))


def score_tree(conf: StudyConf) -> ScoreTree:
    """Returns the composites of a study; a data set needs all of its tasks."""
    tasks = {task for name in named_tasks(conf) for task in tasks_of(name)}
    datasets = {
        name: equal_weights(parts) for name, parts in _datasets().items() if set(parts) <= tasks
    }
    levels = {name: _weights(parts) for name, parts in conf.levels.items()}
    return ScoreTree(datasets, levels, dict(conf.overall))


def _weights(parts: Any) -> Weights:
    """A list has equal weights."""
    if isinstance(parts, list):
        return equal_weights(parts)
    return {str(name): float(weight) for name, weight in parts.items()}


def _datasets() -> dict[str, tuple[str, ...]]:
    """Data sets of several tasks: the lists in conf/task whose tasks read one data set.

    A list, not all task files that read the data set: a further task file changes no study.
    """
    available = set(task_files.names())
    lists = task_files.lists().items()
    return {
        name: tasks
        for name, tasks in lists
        if len(tasks) > 1 and set(tasks) <= available and _is_one_dataset(tasks)
    }


@cache
def _is_one_dataset(tasks: tuple[str, ...]) -> bool:
    return len(datasets_of_tasks(map(task_files.load, tasks))) == 1

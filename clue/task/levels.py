"""Task score, level scores and overall score: unweighted means.

Dada et al. 2025, section 4. The task score is the mean of the metrics that the task file names in
`score`. Level 1 and 2 are means of their data sets, with LongHealth as the mean of its three tasks,
and the overall score is the mean of the levels. The task files assign tasks to levels. A mean
without one of its parts is left out.

MedNLI causes most of the variance between models in Level 1, and LongHealth in Level 2, so a
composite is shown with its parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from clue.config.schema import TaskConf

OVERALL = "overall"

Tree = Mapping[str, Sequence[str]]
"""Composite score to its parts; a part precedes the composites that contain it."""


def task_score(metrics: Mapping[str, float], names: Sequence[str]) -> float:
    """Returns the mean of the named metrics, in their unit.

    >>> task_score({"rouge1": 40.0, "rouge2": 20.0, "bertscore_f1": 90.0}, ["rouge1", "rouge2"])
    30.0
    """
    return fmean(metrics[name] for name in names)


def tree(tasks: Iterable[TaskConf]) -> Tree:
    """Returns the composites of these tasks: data sets of several tasks, levels, overall.

    A task without a level is in none.

    >>> tree([TaskConf("mednli", level="1"), TaskConf("triage")])
    {'level1': ['mednli'], 'overall': ['level1']}
    """
    datasets: dict[str, list[str]] = {}
    levels: dict[str, list[str]] = {}
    for task in tasks:
        if task.level is None:
            continue
        datasets.setdefault(task.dataset, []).append(task.name)
        members = levels.setdefault(f"level{task.level}", [])
        if task.dataset not in members:
            members.append(task.dataset)
    several = {name: parts for name, parts in datasets.items() if parts != [name]}
    return several | dict(sorted(levels.items())) | {OVERALL: sorted(levels)}


def composites(scores: Mapping[str, float], parts: Tree) -> dict[str, float]:
    """Returns the composites whose parts are complete, in the unit of the scores.

    >>> composites({"a": 10.0, "b": 30.0}, {"level1": ["a", "b"], "level2": ["c"]})
    {'level1': 20.0}
    """
    means = dict(scores)
    for name, members in parts.items():
        if all(member in means for member in members):
            means[name] = fmean(means[member] for member in members)
    return {name: means[name] for name in parts if name in means}

"""From metrics to task scores, levels and the overall score: unweighted means, in one place.

Dada et al. 2025, section 4. The task score is the mean of the metrics that the task file names in
`score`. Level 1 and 2 are means of their data sets, LongHealth being the mean of its three tasks,
and the overall score is the mean of the levels. Which task belongs where follows from the task
files. A mean without one of its parts is no mean of this study: it is left out.

MedNLI carries most of the variance between models of Level 1 and LongHealth that of Level 2, so a
composite is shown with its parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from clue.config.schema import TaskConf

OVERALL = "overall"

Tree = Mapping[str, Sequence[str]]
"""Composite to its parts, parts before the composites that they belong to."""


def task_score(metrics: Mapping[str, float], names: Sequence[str]) -> float:
    """Mean of the named metrics, in their unit."""
    return fmean(metrics[name] for name in names)


def tree(tasks: Iterable[TaskConf]) -> Tree:
    """The composites that all these tasks make: data sets of several tasks, levels, overall."""
    datasets: dict[str, list[str]] = {}
    levels: dict[str, list[str]] = {}
    for task in tasks:
        datasets.setdefault(task.module, []).append(task.name)
        members = levels.setdefault(f"level{task.level}", [])
        if task.module not in members:
            members.append(task.module)
    several = {name: parts for name, parts in datasets.items() if parts != [name]}
    return several | dict(sorted(levels.items())) | {OVERALL: sorted(levels)}


def composites(scores: Mapping[str, float], parts: Tree) -> dict[str, float]:
    """Composites of task scores, in their unit; only those whose parts are all there."""
    known = dict(scores)
    for name, members in parts.items():
        if all(member in known for member in members):
            known[name] = fmean(known[member] for member in members)
    return {name: known[name] for name in parts if name in known}

"""Comparisons of two models on several tasks, with p-values adjusted over the tasks."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import PairingError
from analysis.pairing.file_comparison import FileComparison, with_shared_decimals
from analysis.readers import ModelResults
from analysis.sentences.phrases import HOLM
from analysis.stats.claims import AdjustedP, adjust_family
from clue.common.plural import counted
from clue.marks import union

ALL_TASKS = "all tasks"

ByTask = Mapping[str, ModelResults]


@dataclass(frozen=True)
class TaskComparisons:
    """Comparisons of two models, one for each common task, in the order of the names."""

    by_task: Mapping[str, FileComparison]
    only_base: tuple[str, ...] = ()
    """Tasks that tuned lacks."""
    only_tuned: tuple[str, ...] = ()
    """Tasks that base lacks."""
    overall: FileComparison | None = None
    """Comparison on the items of all common tasks, if asked for."""

    @property
    def family(self) -> int:
        """Number of tasks over which p-values are adjusted: also those that one model lacks."""
        return len(self.by_task) + len(self.only_base) + len(self.only_tuned)

    @property
    def notes(self) -> Iterator[str]:
        """Sentences on the tasks together."""
        labels = next(iter(self.by_task.values())).labels
        for name, tasks in ((labels.base, self.only_base), (labels.tuned, self.only_tuned)):
            if tasks:
                yield f"Only {name} has {counted(len(tasks), 'task')}: {', '.join(tasks)}."
        if self.family > 1:
            yield (
                f"The p-values in the sentences are adjusted by Holm over {self.family} tasks, "
                "those in the tables are not."
            )
        if self.overall:
            yield (
                "The overall difference is the mean over all items, so a task counts by its "
                "number of items; its p-value is not adjusted."
            )

    def as_dict(self) -> dict[str, Any]:
        """JSON document; null: undefined, refused or unbounded."""
        return {
            "tasks": {task: comparison.as_dict() for task, comparison in self.by_task.items()},
            "only_base": list(self.only_base),
            "only_tuned": list(self.only_tuned),
            "overall": self.overall.as_dict() if self.overall else None,
            "notes": list(self.notes),
        }


def by_task(results: Sequence[ModelResults]) -> ByTask:
    """Results of one model by the name of their task, or of their file if it names none.

    Raises:
        PairingError: two files are of the same task.
    """
    tasks: dict[str, ModelResults] = {}
    for one in results:
        task = one.task or one.path.stem
        if task in tasks:
            raise PairingError(
                f"{tasks[task].path} and {one.path} are both of the task {task}; name the files to "
                "compare: --base FILE ... --tuned FILE ..."
            )
        tasks[task] = one
    return dict(sorted(tasks.items()))


class MatchedTasks(NamedTuple):
    """Results of two models by task."""

    common: Mapping[str, tuple[ModelResults, ModelResults]]
    only_base: tuple[str, ...] = ()
    only_tuned: tuple[str, ...] = ()


def match_tasks(base: ByTask, tuned: ByTask) -> MatchedTasks:
    """Matches two models by task; two single files are compared whatever they call their task.

    Raises:
        PairingError: there is no common task.
    """
    if len(base) == len(tuned) == 1:
        (task, one), (other,) = *base.items(), tuned.values()
        return MatchedTasks({task: (one, other)})
    common = {task: (base[task], tuned[task]) for task in base if task in tuned}
    if not common:
        raise PairingError(
            f"the two have no task in common: base has {', '.join(base)}; tuned {', '.join(tuned)}"
        )
    alone = (tuple(task for task in side if task not in common) for side in (base, tuned))
    return MatchedTasks(common, *alone)


def adjusted_over_tasks(comparisons: TaskComparisons) -> TaskComparisons:
    """The same comparisons with p-values adjusted by Holm over all tasks, and shared decimals."""
    comparisons = _with_shared_decimals(comparisons)
    size = comparisons.family
    if size == 1:
        return comparisons
    raw = [AdjustedP.of(one.comparison) for one in comparisons.by_task.values()]
    adjusted = {
        task: dataclasses.replace(
            one,
            adjusted=p,
            labels=dataclasses.replace(one.labels, adjustment=HOLM, tests=size),
        )
        for (task, one), p in zip(
            comparisons.by_task.items(), adjust_family(raw, size), strict=True
        )
    }
    return dataclasses.replace(comparisons, by_task=adjusted)


def _with_shared_decimals(comparisons: TaskComparisons) -> TaskComparisons:
    overall = (comparisons.overall,) if comparisons.overall else ()
    shared = with_shared_decimals(*comparisons.by_task.values(), *overall)
    return dataclasses.replace(
        comparisons,
        by_task=dict(zip(comparisons.by_task, shared, strict=False)),
        overall=shared[-1] if overall else None,
    )


def joined(
    common: Mapping[str, tuple[ModelResults, ModelResults]],
) -> tuple[ModelResults, ModelResults]:
    """Results of two models on all tasks as on one; ids begin with the name of the task.

    Clusters keep their names, so that a patient who occurs in two tasks is one cluster.

    Raises:
        PairingError: the tasks have different scores.
    """
    scores = sorted({one.score for pair in common.values() for one in pair})
    if len(scores) > 1:
        raise PairingError(f"the tasks have different scores, without a mean: {', '.join(scores)}")
    base, tuned = (_joined({task: pair[side] for task, pair in common.items()}) for side in (0, 1))
    return base, tuned


def _joined(results: ByTask) -> ModelResults:
    first = next(iter(results.values()))
    rows = [
        (dataclasses.replace(row, sample_id=f"{task}/{row.sample_id}"), score)
        for task, one in results.items()
        for row, score in zip(one.rows, one.scores, strict=True)
    ]
    return dataclasses.replace(
        first,
        path=Path(ALL_TASKS),
        task=ALL_TASKS,
        rows=tuple(row for row, _ in rows),
        scores=tuple(score for _, score in rows),
        signature="; ".join(str(one.signature) for one in results.values()),
        settings={},
        facts=tuple(fact for one in results.values() for fact in one.facts),
        unscored=sum(one.unscored for one in results.values()),
        marks=union(*(one.marks for one in results.values())),
    )

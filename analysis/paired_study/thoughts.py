"""Thoughts before answers, by pair and task. Nothing is tested here.

The difference without cut and unfinished thoughts is the sensitivity analysis `finished_thoughts`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.sensitivity import FINISHED, PRIMARY
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.series_to_test import SCORE
from analysis.paired_study.testing import TestedSeries
from analysis.paired_study.thought_rows import PairThoughts, ThoughtRow
from analysis.thinking import Thinking, ThoughtEnds, thought_ends


def thought_rows(tested: Iterable[TestedSeries]) -> list[ThoughtRow]:
    """Rows of all pairs and tasks on which a model thinks before it answers, sorted.

    Args:
        tested: all series of a prompt setting.
    """
    scores = [one for one in tested if one.source.key.metric == SCORE and _is_of_task(one)]
    finished = {_key(one): one for one in scores if one.source.key.analysis == FINISHED}
    rows = [
        ThoughtRow(_key(one), _thoughts(one, finished.get(_key(one))))
        for one in scores
        if one.source.key.analysis == PRIMARY and _thinks(one.source.aligned[0])
    ]
    return sorted(rows, key=lambda row: row.key)


def _is_of_task(series: TestedSeries) -> bool:
    """Tests for the score of a single task: thoughts of a mean over tasks have several budgets."""
    tasks = [aligned.match.task for aligned in series.source.aligned]
    return tasks == [series.source.key.task]


def _key(series: TestedSeries) -> ScoreKey:
    return ScoreKey.of(series.source.key)


def _thinks(aligned: AlignedPair) -> bool:
    return any(Thinking.of(cell.facts).is_on for cell in aligned.cells)


def _thoughts(series: TestedSeries, finished: TestedSeries | None) -> PairThoughts:
    (aligned,) = series.source.aligned
    base, tuned = (Thinking.of(cell.facts) for cell in aligned.cells)
    comparison = series.result.comparison
    fields: dict[str, Any] = {}
    for role, cell, thinking in zip(("base", "tuned"), aligned.cells, (base, tuned), strict=True):
        fields |= {f"{name}_{role}": value for name, value in vars(thinking).items()}
        ends = thought_ends(cell)
        fields |= {f"{name}_{role}": ends and getattr(ends, name) for name in ThoughtEnds._fields}
    thoughts = PairThoughts(
        marks=series.result.data.marks,
        difference=base.mark_beside(tuned),
        n=comparison.n,
        delta=comparison.delta,
        **fields,
    )
    if finished is None:
        return thoughts
    rest = finished.result.comparison
    return replace(
        thoughts, n_finished=rest.n, delta_finished=rest.delta, ci95_finished=rest.interval
    )

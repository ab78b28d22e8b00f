"""Numbers of the answers of a pair on a task, a row for each key of a record.

The totals of a page are those of the analysis: an item's score is the mean over its presentations,
whose scores are means over their draws. Therefore a row has the share of its item's task score:
metrics of rows are weighted as `mean_over_metrics` weights those of items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.cells import StoredCell
from analysis.paired_study.series import POINTS, AlignedPair, task_score
from analysis.pairing.alignment import Side
from analysis.stats.paired import Array
from clue.records import SampleKey

NONE = -1
"""Row of a table that does not exist: the model has no answer of this key."""


@dataclass(frozen=True)
class ModelRows:
    """The answers of one model, shape (n,), nan and false where it has no answer of a key."""

    score: Array
    """Task score in points; nan where it is undefined."""
    metrics: Mapping[str, Array]
    """Comparable metrics in points; nan where undefined."""
    flags: Mapping[str, NDArray[np.bool_]]
    has_answer: NDArray[np.bool_]


@dataclass(frozen=True)
class AnswerRows:
    """Answers of both models to the items that both have, sorted by key."""

    keys: tuple[SampleKey, ...]
    """Shape (n,)."""
    base: ModelRows
    tuned: ModelRows
    clusters: Mapping[str, str]
    """Item to its cluster in the analysis."""
    prompts: Sequence[str]
    """Digest of the prompt of each row, shape (n,)."""
    targets: Sequence[str]
    """Digest of the reference of each row, shape (n,)."""

    @cached_property
    def is_graded(self) -> bool:
        """True if some score is neither that of a right answer nor that of a wrong one."""
        scores = np.concatenate([self.base.score, self.tuned.score])
        return not set(np.unique(scores[~np.isnan(scores)]).tolist()) <= {0.0, POINTS}


def answer_rows(aligned: AlignedPair) -> AnswerRows:
    """Returns the rows of a pair on a task that has a task score."""
    base, tuned = aligned.cells
    sides = aligned.alignment.base, aligned.alignment.tuned
    indices = [_row_of(cell, side) for cell, side in zip(aligned.cells, sides, strict=True)]
    keys = tuple(sorted(indices[0].keys() | indices[1].keys()))
    rows = [np.array([index.get(key, NONE) for key in keys], dtype=np.intp) for index in indices]
    weights = _weights(aligned)
    names = [name for name in aligned.metrics if name in tuned.columns.scores]
    first, second = rows
    return AnswerRows(
        keys,
        _model_rows(base, first, names, weights),
        _model_rows(tuned, second, names, weights),
        dict(zip(aligned.alignment.ids, aligned.alignment.clusters, strict=True)),
        _of_either(base.columns.prompts, tuned.columns.prompts, rows),
        _of_either(base.columns.targets, tuned.columns.targets, rows),
    )


def _row_of(cell: StoredCell, side: Side) -> dict[SampleKey, int]:
    """Row of the cell's table by key, of the rows that the analysis uses."""
    return {cell.columns.keys[row]: int(row) for row in side.rows}


def _weights(aligned: AlignedPair) -> dict[str, float]:
    """Weight of each metric of the task score in an item on which it is defined."""
    scores = task_score(aligned)
    assert scores is not None
    return {
        name: len(scores.ids) / (len(aligned.score) * len(aligned.metrics[name].ids))
        for name in aligned.score
    }


def _model_rows(
    cell: StoredCell, rows: NDArray[np.intp], names: Sequence[str], weights: Mapping[str, float]
) -> ModelRows:
    columns, has_answer = cell.columns, rows != NONE
    metrics = {name: _points(columns.scores[name], rows) for name in names}
    parts = np.column_stack([weight * metrics[name] for name, weight in weights.items()])
    undefined = np.isnan(parts).all(axis=1)
    score = np.where(undefined, np.nan, np.nansum(parts, axis=1))
    flags = {name: values[rows] & has_answer for name, values in columns.flags.items()}
    return ModelRows(score, metrics, flags, has_answer)


def _points(scores: Array, rows: NDArray[np.intp]) -> Array:
    return np.where(rows == NONE, np.nan, POINTS * scores[rows])


def _of_either(
    base: NDArray[np.object_], tuned: NDArray[np.object_], rows: Sequence[NDArray[np.intp]]
) -> list[str]:
    """Values of the base where it has a row, else those of the tuned model."""
    return [
        str(tuned[other] if one == NONE else base[one]) for one, other in zip(*rows, strict=True)
    ]

"""Properties of items that a difference may depend on: difficulty, length of the input.

Difficulty comes from models of other families of bases only. A model's own score on an item, or
that of a model with the same base, shares its chance errors with the difference, so items that a
base happened to answer well would look like items on which the biomedical model loses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cell_columns import Columns
from analysis.cells import CellKey, StoredCell
from analysis.paired_study.series import POINTS, AlignedPair
from analysis.stats.paired import Array
from clue.cluster_robust import mean_over_metrics

BASELINE = "baseline"
"""Family of models that are rules: they know no difficult item."""


@dataclass(frozen=True)
class ItemValues:
    """A property of the items of one task."""

    values: Mapping[str, float]
    """Item to value; items without one are left out."""
    models: tuple[str, ...] = ()
    """Models that it is estimated from; empty: it is known."""


@dataclass(frozen=True)
class _CellScores:
    """Task scores of the items of one cell, presentations averaged."""

    cell: StoredCell
    ids: NDArray[np.object_]
    """Sorted, shape (n,)."""
    targets: NDArray[np.object_]
    """Digest of the reference of each item, shape (n,)."""
    points: Array
    """Deviation from the mean of the cell, shape (n,)."""

    @classmethod
    def of(cls, cell: StoredCell) -> "_CellScores | None":
        """None if a metric of the task score is missing or undefined everywhere."""
        columns, metrics = cell.columns.over_draws, cell.score_metrics
        if metrics is None:
            return None
        rows = mean_over_metrics(metrics, [1 / metrics.shape[1]] * metrics.shape[1])
        first, codes = _first_rows(columns)
        points = POINTS * np.bincount(codes, rows) / np.bincount(codes)
        return cls(cell, columns.ids[first], columns.targets[first], points - points.mean())

    @property
    def family(self) -> str:
        """Family of base models."""
        return str(self.cell.facts.get("family"))

    def places(self, own: "_CellScores") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Indices of the items that both have with one reference: in this cell, in the other."""
        if np.array_equal(self.ids, own.ids):
            same = np.flatnonzero(self.targets == own.targets)
            return same, same
        _, here, there = np.intersect1d(self.ids, own.ids, return_indices=True)
        same = self.targets[here] == own.targets[there]
        return here[same], there[same]


class OtherModels:
    """Scores of all models, from which the difficulty of items is estimated for one pair."""

    def __init__(self, cells: Mapping[CellKey, StoredCell], prompt: str) -> None:
        """Scores are read on demand.

        Args:
            cells: all readable cells of the study.
            prompt: the prompt setting.
        """
        self._cells = [cell for key, cell in sorted(cells.items()) if key.prompt == prompt]
        self._of_task: dict[str, list[_CellScores]] = {}
        self._values: dict[tuple[CellKey, ...], ItemValues] = {}

    def difficulty(self, aligned: AlignedPair) -> ItemValues:
        """100 minus the mean score by models of other families, but for a constant."""
        of_task = self._scores(aligned.match.task)
        own = next((one for one in of_task if one.cell.key == aligned.match.base.key), None)
        if own is None:
            return ItemValues({})
        families = {own.family, str(aligned.match.tuned.facts.get("family")), BASELINE}
        names = {aligned.match.pair.base, aligned.match.pair.tuned}
        others = [
            one for one in of_task if one.family not in families and one.cell.key.model not in names
        ]
        cells = (own.cell.key, *(one.cell.key for one in others))
        if cells not in self._values:  # pairs of one base have the same items and others
            self._values[cells] = _difficulty(own, others)
        return self._values[cells]

    def _scores(self, task: str) -> list[_CellScores]:
        if task not in self._of_task:
            cells = (cell for cell in self._cells if cell.key.task == task)
            scores = (_CellScores.of(cell) for cell in cells)
            self._of_task[task] = [one for one in scores if one is not None]
        return self._of_task[task]


def _difficulty(own: _CellScores, others: Sequence[_CellScores]) -> ItemValues:
    """100 minus the mean score by the others, but for a constant, of the items of one cell."""
    total, count = np.zeros(len(own.ids)), np.zeros(len(own.ids))
    for other in others:
        here, there = other.places(own)
        total[there] += other.points[here]
        count[there] += 1
    answered = count > 0
    values = -total[answered] / count[answered]
    return ItemValues(
        dict(zip(own.ids[answered], values.tolist(), strict=True)),
        tuple(one.cell.key.model for one in others),
    )


def length(aligned: AlignedPair) -> ItemValues:
    """Base-2 logarithm of the mean number of tokens of an item's prompts, as the base counts."""
    columns = aligned.match.base.columns.over_draws
    first, codes = _first_rows(columns)
    tokens = np.bincount(codes, columns.prompt_tokens) / np.bincount(codes)
    counted = tokens > 0
    ids = columns.ids[first][counted]
    return ItemValues(dict(zip(ids, np.log2(tokens[counted]).tolist(), strict=True)))


def _first_rows(columns: Columns) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Marks the first row of each item, and numbers the items of sorted rows."""
    first = np.append(True, columns.ids[1:] != columns.ids[:-1]).astype(bool)
    return first, np.cumsum(first) - 1

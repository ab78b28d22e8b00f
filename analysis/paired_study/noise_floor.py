"""The base models against themselves: the differences that another presentation or wording makes.

LongHealth shows every question several times, each with other or reordered documents, and a record
may have the number of its wording. The mean scores of a model's presentations differ although the
model is the same; a margin below this noise asks for more than the measurement repeats.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from analysis import number_format
from analysis.cells import StoredCell
from analysis.names import in_sentence
from analysis.paired_study.series import AlignedPair
from analysis.stats.paired import Array
from clue.common.plural import counted

Axis = Literal["repeat", "wording"]
NAMES: Mapping[Axis, str] = {"repeat": "presentations", "wording": "wordings"}
"""Axis to its name in sentences."""
BELOW = (
    " So a difference as large as the margin is smaller than the change that another presentation "
    "of the same questions makes."
)


@dataclass(frozen=True)
class NoiseFloor:
    """Differences of base models from themselves on one task."""

    task: str
    axis: Axis
    """`repeat`: presentations of the documents; `wording`: of the instruction."""
    models: int
    presentations: int
    """Number of presentations or wordings."""
    difference: float
    """Root mean square difference of two presentations' mean scores, in points."""
    margin: float
    """Declared margin of the task, in points."""

    @property
    def sentence(self) -> str:
        """The margin in units of the noise."""
        models = counted(self.models, "base model")
        return (
            f"{in_sentence(self.task)}: {models} asked the same questions in "
            f"{self.presentations} {NAMES[self.axis]} differ from themselves by "
            f"{number_format.points(self.difference)} points (root mean square of two); the "
            f"margin of {number_format.margin(self.margin)} is "
            f"{number_format.ratio(self.margin / self.difference)} times this."
            f"{BELOW if self.margin < self.difference else ''}"
        )


def noise_floors(aligned: Iterable[AlignedPair], margins: Mapping[str, float]) -> list[NoiseFloor]:
    """Returns the noise floor of every task with several presentations, sorted by task.

    Args:
        aligned: the pairs of one prompt setting; a base of several pairs counts once.
        margins: declared margin by task, in points.
    """
    by_task: dict[str, dict[str, StoredCell]] = {}
    for pair in aligned:
        base = pair.match.base
        by_task.setdefault(pair.match.task, {})[base.key.model] = base
    floors = []
    for (task, cells), axis in product(sorted(by_task.items()), NAMES):
        all_means = (presentation_means(cell, axis) for cell in cells.values())
        means = [scores for scores in all_means if len(scores) > 1]
        squares = [2 * float(np.var(scores, ddof=1)) for scores in means]
        if task in margins and squares and max(squares) > 0:
            difference = float(np.sqrt(np.mean(squares)))
            most = max(map(len, means))
            floors.append(NoiseFloor(task, axis, len(means), most, difference, margins[task]))
    return floors


def presentation_means(cell: StoredCell, axis: Axis = "repeat") -> Array:
    """Returns the mean score of each presentation in points, over the items that have all of them.

    Args:
        cell: of one model on one task.
        axis: the number in a record's key that tells presentations apart.

    Returns:
        Shape (presentations,); empty if a metric of the task score is missing.
    """
    columns, metrics = cell.columns.over_draws, cell.score_metrics
    if metrics is None:
        return np.empty(0)
    scores = metrics.mean(axis=1)
    repeats = np.array([getattr(key, axis) for key in columns.keys])
    numbers = np.unique(repeats)
    presented = Counter(name for name, _ in {*zip(columns.ids, repeats.tolist(), strict=True)})
    complete = np.array([presented[name] == len(numbers) for name in columns.ids])
    defined = complete & ~np.isnan(scores)
    if not defined.any():
        return np.empty(0)
    means = [100 * float(scores[defined & (repeats == one)].mean()) for one in numbers]
    return np.array(means, dtype=float)

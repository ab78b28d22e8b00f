"""Scores of a pair answer by answer, before presentations are averaged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.cells import StoredCell
from analysis.paired_study.series import POINTS, AlignedPair
from analysis.stats.paired import Array
from analysis.stats.variance_components import Codes
from clue.cluster_robust import mean_over_metrics
from clue.records import SampleKey


@dataclass(frozen=True)
class Presentations:
    """Scores of the answers that both models gave, sorted by key."""

    keys: tuple[SampleKey, ...]
    """Shape (n,)."""
    clusters: tuple[str, ...]
    """Cluster of each answer's item, shape (n,)."""
    base: Array
    """Task score of the base model, in points, shape (n,)."""
    tuned: Array
    """Task score of the tuned model, in points, shape (n,)."""
    differences: Array
    """Tuned minus base in the task score, in points, shape (n,)."""

    @property
    def weights(self) -> Array:
        """Weight of each answer in the mean over items, shape (n,).

        Prompts of an item have equal weights, and the draws of a prompt share its weight.
        """
        codes, prompts = (dict(self._all_levels())[name] for name in ("items", "wordings"))
        first = np.unique(prompts, return_index=True)[1]
        per_item = np.bincount(codes[first])
        draws = np.bincount(prompts)[prompts]
        return np.asarray(1 / (len(per_item) * per_item[codes] * draws), dtype=float)

    @property
    def prompts(self) -> Codes:
        """Number of each answer's item, repeat and wording together, shape (n,)."""
        return dict(self._all_levels())["wordings"]

    def over_draws(self) -> "Presentations":
        """The mean over the draws of each prompt; without draws the object itself."""
        first = np.unique(self.prompts, return_index=True)[1]
        if len(first) == len(self.keys):
            return self
        sizes = np.bincount(self.prompts)
        base, tuned, differences = (
            np.bincount(self.prompts, values) / sizes
            for values in (self.base, self.tuned, self.differences)
        )
        return Presentations(
            tuple(self.keys[row]._replace(draw=0) for row in first),
            tuple(self.clusters[row] for row in first),
            base,
            tuned,
            differences,
        )

    def levels(self) -> Iterator[tuple[str, Codes]]:
        """Nested levels that have several units in some unit of the level above.

        Where each item is a cluster, the level is `items`. Where each item has one answer, the
        level `items` holds what presentations would show.
        """
        above = 1
        for name, codes in self._all_levels():
            units = int(codes.max()) + 1
            if units > above and not (name == "clusters" and units == self._n_items):
                yield name, codes
                above = units

    @property
    def _n_items(self) -> int:
        return len({key.sample_id for key in self.keys})

    def _all_levels(self) -> Iterator[tuple[str, Codes]]:
        yield "clusters", np.unique(self.clusters, return_inverse=True)[1].astype(np.intp)
        names = ("items", "repeats", "wordings", "draws")
        for depth, name in enumerate(names, 1):
            prefixes = [key[:depth] for key in self.keys]
            new = [one != before for before, one in pairwise(prefixes)]
            yield name, np.cumsum([False, *new])


def presentations(tasks: Sequence[AlignedPair]) -> Presentations:
    """Answers of a pair; several tasks of a data set are averaged key by key.

    Args:
        tasks: of one data set; only keys that all of them have are used.
    """
    by_task = [_scores_of_both(task) for task in tasks]
    keys = sorted(set(by_task[0]).intersection(*by_task[1:]))
    cluster = dict(zip(tasks[0].alignment.ids, tasks[0].alignment.clusters, strict=True))
    scores = np.array([[part[key] for key in keys] for part in by_task], dtype=float)
    scores = scores.reshape(len(tasks), len(keys), 2)
    base, tuned = (POINTS * scores.mean(axis=0)).T
    differences = POINTS * (scores[:, :, 1] - scores[:, :, 0])
    return Presentations(
        tuple(keys),
        tuple(cluster[key.sample_id] for key in keys),
        base,
        tuned,
        np.asarray(differences.sum(axis=0) / len(by_task), dtype=float),
    )


def _scores_of_both(task: AlignedPair) -> dict[SampleKey, tuple[float, float]]:
    """Task scores of the base and the tuned model by key, 0 to 1."""
    base, tuned = (
        _scores(cell, side.rows, task.score)
        for cell, side in (
            (task.match.base, task.alignment.base),
            (task.match.tuned, task.alignment.tuned),
        )
    )
    return {key: (base[key], tuned[key]) for key in base.keys() & tuned.keys()}


def _scores(cell: StoredCell, rows: Codes, names: Sequence[str]) -> dict[SampleKey, float]:
    columns = cell.columns
    metrics = np.column_stack([columns.scores[name][rows] for name in names])
    scores = mean_over_metrics(metrics, [1 / len(names)] * len(names))
    return dict(zip((columns.keys[row] for row in rows), scores.tolist(), strict=True))

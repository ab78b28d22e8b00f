"""Paired series in points: the metrics of two cells, and weighted means of series.

A weighted mean of series is again one series of items, so the same tests apply to a task score as
to a metric. `clue.cluster_robust.mean_over_metrics` gives the score of an item, also where a part
is undefined for some items (UMLS F1, where a reference names no concept). So the mean over all
items is the weighted mean of the parts' means, as in `clue.metrics.summary`, and an item on which
the models do not differ has the difference 0. The price: where a part is undefined for some items,
the standard error is not the exact one of a ratio; on simulated cells with 15 % undefined it
differed by at most 2 %.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.cell_columns import Columns
from analysis.cells import StoredCell
from analysis.paired_study.pairs import MatchedCells
from analysis.pairing.alignment import Alignment, align
from analysis.pairing.answer_quality import answer_notes, uniform_note
from analysis.pairing.missing_samples import Ledger, hide_ids, list_ids
from analysis.pairing.same_protocol import (
    SettingDifference,
    incomparable_metrics,
    setting_differences,
)
from analysis.readers.records_table import answer_facts, sample_rows
from analysis.stats.paired import Array, Paired
from clue.cluster_robust import mean_over_metrics

POINTS = 100.0
"""Scores are stored between 0 and 1 and reported in points."""

RowFilter = Callable[[Columns], NDArray[np.bool_]]
"""Rows of a cell that an analysis uses; a row is used if both models' rows pass."""


@dataclass(frozen=True)
class AlignedPair:
    """The cells of a pair on one task, matched sample by sample."""

    match: MatchedCells
    alignment: Alignment
    differences: tuple[SettingDifference, ...]
    """Settings in which the two cells differ, as the analysis allows."""
    incomparable: Mapping[str, str]
    """Metrics that cannot be compared, with the reason."""

    @property
    def ledger(self) -> Ledger:
        """Account of the samples that did not match."""
        return self.alignment.ledger

    def notes(self) -> Iterator[str]:
        """Notes for readers of the comparison; they contain ids of open data only."""
        yield from self.ledger.notes(self.alignment.format_ids)
        base, tuned = self.match.base, self.match.tuned
        yield from answer_notes(
            base.key.model, answer_facts(base), tuned.key.model, answer_facts(tuned)
        )

    @cached_property
    def void_cells(self) -> tuple[str, ...]:
        """`model on task` of cells whose answers say nothing of the model."""
        cells = (self.match.base, self.match.tuned)
        return tuple(
            f"{cell.key.model} on {cell.key.task}"
            for cell in cells
            if uniform_note(answer_facts(cell))
        )

    @property
    def score(self) -> tuple[str, ...]:
        """Names of the metrics whose mean is the task score."""
        return tuple(self.match.base.facts["score"])

    @cached_property
    def metrics(self) -> Mapping[str, Paired]:
        """Every comparable metric that is defined for some item, by name, in points."""
        return self.read(self.match.base.signatures)

    def read(
        self,
        names: Iterable[str],
        keep: RowFilter | None = None,
        change: Callable[[Array], Array] | None = None,
    ) -> dict[str, Paired]:
        """Metrics as paired series, in points.

        Args:
            names: of metrics; incomparable ones and those defined nowhere are left out.
            keep: selects rows; None: all.
            change: applied to every score before any averaging.
        """
        alignment = self.alignment if keep is None else self._filtered(keep)
        series = {}
        for name in sorted(set(names) - set(self.incomparable)) if alignment.ids else ():
            base, tuned = (cell.columns.scores[name] for cell in self.cells)
            if change is not None:
                base, tuned = change(base), change(tuned)
            if not np.isnan(base[alignment.base.rows]).all():
                series[name] = in_points(alignment.paired(base, tuned))
        return series

    def on_items(self, clusters: Mapping[str, str]) -> "AlignedPair":
        """Restricts the pair to some of its items.

        Args:
            clusters: item to its cluster; other items are left out.
        """
        part = self._filtered(lambda cell: np.array([name in clusters for name in cell.ids]))
        part = replace(part, clusters=tuple(clusters[name] for name in part.ids))
        return replace(self, alignment=part)

    @property
    def cells(self) -> tuple[StoredCell, StoredCell]:
        """Cells of the base and of the tuned model."""
        return self.match.base, self.match.tuned

    def _filtered(self, keep: RowFilter) -> Alignment:
        """The alignment of the rows that pass for both models."""
        columns = [cell.columns for cell in self.cells]
        dropped = {
            key
            for one in columns
            for key, passes in zip(one.keys, keep(one), strict=True)
            if not passes
        }
        masks = [np.array([key not in dropped for key in one.keys]) for one in columns]
        return _restricted(self.alignment, *masks)


def align_cells(
    match: MatchedCells, allowed: Sequence[str], alignments: dict[tuple[str, str], Alignment]
) -> AlignedPair:
    """Align the two cells of a pair on one task.

    Args:
        match: the cells.
        allowed: settings in which they may differ.
        alignments: by the digests of both cells' items, which most cells of a task share; a new
            alignment is added.

    Raises:
        PairingError: the cells follow different protocols, or are not of the same items.
        StoreError: a table cannot be read.
    """
    allowed_differences = setting_differences(match.base, match.tuned, allowed)
    columns = match.base.columns, match.tuned.columns
    items = columns[0].items_sha256, columns[1].items_sha256
    if items not in alignments:
        alignments[items] = align(
            *(list(sample_rows(one)) for one in columns),
            format_ids=list_ids if match.is_open else hide_ids,
        )
    return AlignedPair(
        match, alignments[items], allowed_differences, incomparable_metrics(match.base, match.tuned)
    )


def weighted_mean(parts: Sequence[Paired], weights: Sequence[float]) -> Paired:
    """Weighted mean of series of one data set; an item counts where any part is defined on it.

    Args:
        parts: series of the same samples; an item has one cluster in all of them.
        weights: of the parts; they sum to 1.
    """
    if len(parts) == 1:
        return parts[0]
    clusters = {
        name: cluster
        for part in parts
        for name, cluster in zip(part.ids, part.clusters, strict=True)
    }
    ids = tuple(sorted(clusters))
    index = {name: number for number, name in enumerate(ids)}
    base, tuned = np.full((2, len(ids), len(parts)), np.nan)
    for column, part in enumerate(parts):
        items = [index[name] for name in part.ids]
        base[items, column], tuned[items, column] = part.base, part.tuned
    return Paired(
        ids,
        tuple(clusters[name] for name in ids),
        mean_over_metrics(base, weights),
        mean_over_metrics(tuned, weights),
        _step_size(parts, weights),
    )


def task_score(pair: AlignedPair) -> Paired | None:
    """Item-level task scores of a pair, in points; None if one of the metrics is missing.

    An item on which one of the metrics is undefined counts 0 in that metric.
    """
    if not set(pair.score) <= set(pair.metrics):
        return None
    metrics = [pair.metrics[name] for name in pair.score]
    return weighted_mean(metrics, [1 / len(metrics)] * len(metrics))


def in_points(paired: Paired) -> Paired:
    """The series with scores from 0 to 100."""
    step_size = None if paired.step_size is None else POINTS * paired.step_size
    base, tuned = POINTS * paired.base, POINTS * paired.tuned
    return replace(paired, base=base, tuned=tuned, step_size=step_size)


def _step_size(parts: Sequence[Paired], weights: Sequence[float]) -> float | None:
    """Step size of the weighted differences, if it is the same in all parts."""
    first, *others = (
        part.step_size and part.step_size * weight
        for part, weight in zip(parts, weights, strict=True)
    )
    complete = len({part.ids for part in parts}) == 1
    same = first is not None and all(other == first for other in others)
    return first if complete and same else None


def _restricted(
    alignment: Alignment, base: NDArray[np.bool_], tuned: NDArray[np.bool_]
) -> Alignment:
    """Part of an alignment: the masked rows, and the samples that both models still have."""
    sides = [
        side.of(mask[side.rows])
        for side, mask in ((alignment.base, base), (alignment.tuned, tuned))
    ]
    samples = np.intersect1d(sides[0].samples, sides[1].samples)
    new_index = np.full(len(alignment.ids), -1)
    new_index[samples] = np.arange(len(samples))
    common = [side.of(new_index[side.samples] >= 0) for side in sides]
    common = [side._replace(samples=new_index[side.samples]) for side in common]
    return replace(
        alignment,
        ids=tuple(alignment.ids[sample] for sample in samples),
        clusters=tuple(alignment.clusters[sample] for sample in samples),
        base=common[0],
        tuned=common[1],
    )

"""From two cells to paired series in points: each metric, and weighted means of series.

A weighted mean of series is again one series of items, so that the same tests hold for a task score
as for a metric. Its item is worth the weighted sum of what it has in each part, times n / n_k where
the part is defined on n_k of the n items only (UMLS F1, where a reference names no concept). So its
mean over all items is the weighted mean of the parts' means, to the last digit of
`clue.metrics.summary`, and an item on which the models do not differ has the difference 0. The
price: where a part is undefined for some items, the standard error is not the exact one of a ratio;
on simulated cells with 15 % undefined it differed by at most 2 %.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.cells import Columns, StoredCell
from analysis.paired_study.pairs import MatchedCells
from analysis.pairing.alignment import Alignment, Side, align
from analysis.pairing.ledger import Ledger, named, withheld
from analysis.pairing.same_protocol import Difference, differences, incomparable
from analysis.readers.records_table import rows
from analysis.stats.paired import Array, Paired

POINTS = 100.0
"""Scores are kept between 0 and 1 and told in points."""

RowFilter = Callable[[Columns], NDArray[np.bool_]]
"""Which rows of a cell an analysis keeps; a sample's row stays if it stays for both models."""


@dataclass(frozen=True)
class AlignedPair:
    """A pair on one task, matched."""

    match: MatchedCells
    alignment: Alignment
    differences: tuple[Difference, ...]
    """Settings in which the two cells differ, as was allowed."""
    incomparable: Mapping[str, str]
    """Metrics that cannot be compared, and why."""

    @property
    def ledger(self) -> Ledger:
        """What did not match."""
        return self.alignment.ledger

    def notes(self) -> Iterator[str]:
        """What a reader of the comparison has to know; ids of open data only."""
        return self.ledger.notes(self.alignment.naming)

    @property
    def score(self) -> tuple[str, ...]:
        """The metrics whose mean is the task score."""
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
            names: of metrics; those that cannot be compared or are never defined are left out.
            keep: of all rows, which.
            change: applied to every score before anything is averaged.
        """
        alignment = self.alignment if keep is None else self._kept(keep)
        found = {}
        for name in sorted(set(names) - set(self.incomparable)) if alignment.ids else ():
            base, tuned = (cell.columns.scores[name] for cell in self._cells)
            if change is not None:
                base, tuned = change(base), change(tuned)
            if not np.isnan(base[alignment.base.rows]).all():
                found[name] = in_points(alignment.paired(base, tuned))
        return found

    @property
    def _cells(self) -> tuple[StoredCell, StoredCell]:
        return self.match.base, self.match.tuned

    def _kept(self, keep: RowFilter) -> Alignment:
        """The alignment of the rows that stay for both models."""
        columns = [cell.columns for cell in self._cells]
        out = {
            key
            for each in columns
            for key, stays in zip(_keys(each), keep(each), strict=True)
            if not stays
        }
        masks = [np.array([key not in out for key in _keys(each)]) for each in columns]
        return _restricted(self.alignment, *masks)


def align_cells(
    match: MatchedCells, allowed: Sequence[str], known: dict[tuple[str, str], Alignment]
) -> AlignedPair:
    """Align the two cells of a pair on one task.

    Args:
        match: the cells.
        allowed: settings in which they may differ.
        known: alignments of cells that were asked the same, as most of a task are; it is added to.

    Raises:
        PairingError: they were made in different ways, or are not of the same items.
        StoreError: a table cannot be read.
    """
    told = differences(match.base, match.tuned, allowed)
    columns = match.base.columns, match.tuned.columns
    asked = columns[0].asked, columns[1].asked
    if asked not in known:
        known[asked] = align(
            *(list(rows(each)) for each in columns), naming=named if match.is_open else withheld
        )
    return AlignedPair(match, known[asked], told, incomparable(match.base, match.tuned))


def weighted_mean(parts: Sequence[Paired], weights: Sequence[float]) -> Paired:
    """Weighted mean of series of one data set; an item counts where any part is defined on it.

    Args:
        parts: series of the same samples; an item has one cluster in all of them.
        weights: of the parts; they sum to 1.
    """
    if len(parts) == 1:
        return parts[0]
    clusters = {
        name: group for part in parts for name, group in zip(part.ids, part.clusters, strict=True)
    }
    ids = tuple(sorted(clusters))
    place = {name: number for number, name in enumerate(ids)}
    base, tuned = np.zeros(len(ids)), np.zeros(len(ids))
    for part, weight in zip(parts, weights, strict=True):
        places = [place[name] for name in part.ids]
        share = weight * len(ids) / len(part.ids)
        base[places] += share * part.base
        tuned[places] += share * part.tuned
    groups = tuple(clusters[name] for name in ids)
    return Paired(ids, groups, base, tuned, _grain(parts, weights))


def in_points(paired: Paired) -> Paired:
    """The series with scores from 0 to 100."""
    grain = None if paired.grain is None else POINTS * paired.grain
    return replace(paired, base=POINTS * paired.base, tuned=POINTS * paired.tuned, grain=grain)


def _grain(parts: Sequence[Paired], weights: Sequence[float]) -> float | None:
    """The common step of the weighted differences, where all parts have the same one."""
    first, *others = (part.grain and part.grain * w for part, w in zip(parts, weights, strict=True))
    complete = len({part.ids for part in parts}) == 1
    same = first is not None and all(other == first for other in others)
    return first if complete and same else None


def _restricted(
    alignment: Alignment, base: NDArray[np.bool_], tuned: NDArray[np.bool_]
) -> Alignment:
    """Some rows of an alignment, and the samples that both models still have."""
    sides = [
        Side(side.rows[mask[side.rows]], side.samples[mask[side.rows]])
        for side, mask in ((alignment.base, base), (alignment.tuned, tuned))
    ]
    samples = np.intersect1d(sides[0].samples, sides[1].samples)
    place = np.full(len(alignment.ids), -1)
    place[samples] = np.arange(len(samples))
    left = [
        Side(side.rows[place[side.samples] >= 0], place[side.samples][place[side.samples] >= 0])
        for side in sides
    ]
    return replace(
        alignment,
        ids=tuple(alignment.ids[sample] for sample in samples),
        clusters=tuple(alignment.clusters[sample] for sample in samples),
        base=left[0],
        tuned=left[1],
    )


def _keys(columns: Columns) -> Iterable[tuple[str, int]]:
    return zip(columns.ids, columns.repeats.tolist(), strict=True)

"""Matches the rows of two tables by sample, and verifies that both models got the same prompts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.errors import PairingError
from analysis.pairing.missing_samples import IdFormat, Ledger, hide_ids
from analysis.pairing.shared_content import cluster_names, join_shared_content
from analysis.readers.per_sample import SampleRow
from analysis.stats.paired import Array, Paired
from analysis.stats.step_size import step_size
from clue.common.plural import counted
from clue.records import SampleKey

Indices = NDArray[np.intp]
Presentation = tuple[SampleKey, str]
"""`SampleRow.identity` without the draw."""
ENOUGH = 3 / 5
"""Share of the most presentations below which a sample is pointed out."""


class Side(NamedTuple):
    """Rows of one model that are used, sorted by sample and key, shape (m,)."""

    rows: Indices
    samples: Indices
    """Index of the row's sample in `Alignment.ids`."""
    presentations: Indices | None = None
    """Number of the row's presentation, ascending; None: each row is a presentation of its own."""

    def mean(self, scores: Array) -> Array:
        """Averages the draws of each presentation, then the presentations of each sample.

        Presentations are repeats and wordings. Each counts once, however many draws it has.

        Args:
            scores: of all rows of the model, in their original order.

        >>> side = Side(rows=np.array([2, 0, 1]), samples=np.array([0, 0, 1]))
        >>> side.mean(np.array([1.0, 0.5, 0.0])).tolist()
        [0.5, 0.5]
        """
        values, samples = scores[self.rows], self.samples
        if self.presentations is not None:
            _, first, codes = np.unique(self.presentations, return_index=True, return_inverse=True)
            values = np.bincount(codes, weights=values) / np.bincount(codes)
            samples = samples[first]
        total = np.bincount(samples, weights=values)
        mean: Array = total / np.bincount(samples)
        return mean

    @property
    def counts(self) -> Indices:
        """Number of presentations of each sample, shape (n,)."""
        if self.presentations is None:
            return np.bincount(self.samples)
        first = np.unique(self.presentations, return_index=True)[1]
        return np.bincount(self.samples[first])

    def of(self, keep: NDArray[np.bool_]) -> "Side":
        """The side without the rows that a mask over its m rows leaves out."""
        presentations = None if self.presentations is None else self.presentations[keep]
        return Side(self.rows[keep], self.samples[keep], presentations)


@dataclass(frozen=True)
class Alignment:
    """Common samples of two models; it pairs any number of scores."""

    ids: tuple[str, ...]
    """Sorted, shape (n,)."""
    clusters: tuple[str, ...]
    """Cluster of each sample, shape (n,)."""
    base: Side
    tuned: Side
    ledger: Ledger
    format_ids: IdFormat = hide_ids

    def paired(self, base: Array, tuned: Array) -> Paired:
        """Averages the presentations of each sample in one score.

        Args:
            base: score of each row of base; nan where it is undefined for the sample.
            tuned: score of each row of tuned, likewise.

        Raises:
            PairingError: a score is undefined for one of the models only, or for all samples.

        >>> rows = [SampleRow("a"), SampleRow("b")]
        >>> paired = align(rows, rows).paired(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
        >>> paired.differences.tolist()
        [1.0, 0.0]
        """
        means = self.base.mean(base), self.tuned.mean(tuned)
        undefined = np.isnan(means[0])
        unequal = [self.ids[index] for index in np.flatnonzero(undefined != np.isnan(means[1]))]
        if unequal:
            samples = f"{counted(len(unequal), 'sample')}{self.format_ids(unequal)}"
            raise PairingError(
                f"the score is undefined for one model and defined for the other in {samples}; "
                "only the reference may decide whether a score is defined"
            )
        defined = np.flatnonzero(~undefined)
        if not len(defined):
            raise PairingError("the score is undefined for every common sample")
        return Paired(
            tuple(self.ids[index] for index in defined),
            tuple(self.clusters[index] for index in defined),
            means[0][defined],
            means[1][defined],
            step_size(means[1][defined] - means[0][defined]),
        )


def align(
    base: Sequence[SampleRow],
    tuned: Sequence[SampleRow],
    *,
    allowed: Collection[str] = (),
    format_ids: IdFormat = hide_ids,
) -> Alignment:
    """Matches rows by sample id; of a presentation's draws only those that both have are used.

    Args:
        base: rows of the base model, each key once.
        tuned: rows of the tuned model, likewise.
        allowed: digests that may differ between the two, e.g. `prompt`.
        format_ids: text for samples in messages; by default they are counted only.

    Raises:
        PairingError: no common samples, samples that are not the same item, or a sample in two
            clusters.

    >>> alignment = align([SampleRow("a"), SampleRow("b")], [SampleRow("b"), SampleRow("c")])
    >>> alignment.ids, alignment.ledger.only_base, alignment.ledger.only_tuned
    (('b',), ('a',), ('c',))
    """
    sets = [{row.sample_id for row in side} for side in (base, tuned)]
    ids = tuple(sorted(sets[0] & sets[1]))
    if not ids:
        firsts = format_ids([min(samples) for samples in sets])
        raise PairingError(
            f"the two have no sample in common: base has {len(sets[0])}, tuned {len(sets[1])}"
            f"{firsts}; are they of the same task?"
        )
    verified, differing = _verify_digests(base, tuned, allowed, format_ids)
    sides, draws = _on_common_draws((base, tuned), (_side(base, ids), _side(tuned, ids)))
    rows = _rows_by_sample(len(ids), zip(sides, (base, tuned), strict=True))
    clusters, shared = join_shared_content(cluster_names(ids, rows, format_ids), rows)
    repeats, short = _presentations(sides)
    ledger = Ledger(
        n_base=len(sets[0]),
        n_tuned=len(sets[1]),
        only_base=tuple(sorted(sets[0] - sets[1])),
        only_tuned=tuple(sorted(sets[1] - sets[0])),
        repeats=repeats,
        draws=draws,
        short=short,
        shared=shared,
        verified=verified,
        differing=differing,
    )
    return Alignment(ids, clusters, sides[0], sides[1], ledger, format_ids)


def _verify_digests(
    base: Sequence[SampleRow],
    tuned: Sequence[SampleRow],
    allowed: Collection[str],
    format_ids: IdFormat,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds of digests that are equal in all common rows, and those that may differ and do."""
    base_digests = {row.identity: row.digests for row in base}
    compared: set[str] = set()
    different: dict[str, list[str]] = {}
    for row in tuned:
        other = base_digests.get(row.identity, {})
        for kind in row.digests.keys() & other.keys():
            compared.add(kind)
            if row.digests[kind] != other[kind]:
                different.setdefault(kind, []).append(row.sample_id)
    for kind, samples in sorted(different.items()):
        if kind.removesuffix(" text") not in allowed:
            raise PairingError(
                f"the {kind} of {counted(len(samples), 'sample')} differs between the two"
                f"{format_ids(sorted(samples))}: they are not the same items, so their scores "
                f"cannot be paired{_advice(kind)}"
            )
    return tuple(sorted(compared - different.keys())), tuple(sorted(different))


def _advice(kind: str) -> str:
    if not kind.startswith("prompt"):
        return ""
    return ". If only the chat template differs, allow it with --allow-different-prompts"


def _side(rows: Sequence[SampleRow], ids: Sequence[str]) -> Side:
    index_of = {sample: index for index, sample in enumerate(ids)}
    used = [number for number, row in enumerate(rows) if row.sample_id in index_of]
    used.sort(key=lambda number: (rows[number].identity, number))
    samples = [index_of[rows[number].sample_id] for number in used]
    return Side(np.array(used, dtype=np.intp), np.array(samples, dtype=np.intp))


def _on_common_draws(
    tables: tuple[Sequence[SampleRow], Sequence[SampleRow]], sides: tuple[Side, Side]
) -> tuple[tuple[Side, Side], tuple[int, int]]:
    """Sides with the draws that both models have, and the most draws of a presentation in each.

    A presentation that one model lacks, or of which both have other draws only, keeps its own: it
    counts in the mean of its sample as without draws.
    """
    if not any(row.draw for table in tables for row in table):
        return sides, (1, 1)
    base, tuned = (_draws(table, side) for table, side in zip(tables, sides, strict=True))
    common = {name: base[name] & tuned[name] for name in base.keys() & tuned.keys()}
    restricted = [
        _restricted(table, side, common) for table, side in zip(tables, sides, strict=True)
    ]
    numbers = [max(map(len, draws.values())) for draws in (base, tuned)]
    return (restricted[0], restricted[1]), (numbers[0], numbers[1])


def _presentation(row: SampleRow) -> Presentation:
    key, prompt = row.identity
    return key._replace(draw=0), prompt


def _draws(table: Sequence[SampleRow], side: Side) -> dict[Presentation, set[int]]:
    draws: dict[Presentation, set[int]] = {}
    for number in side.rows:
        draws.setdefault(_presentation(table[number]), set()).add(table[number].draw)
    return draws


def _restricted(
    table: Sequence[SampleRow], side: Side, common: Mapping[Presentation, set[int]]
) -> Side:
    """The rows whose draw is common to both models, with the number of their presentation."""
    names = [_presentation(table[number]) for number in side.rows]
    number_of = {name: number for number, name in enumerate(dict.fromkeys(names))}
    codes = np.array([number_of[name] for name in names], dtype=np.intp)
    keep = [
        not (draws := common.get(name)) or table[row].draw in draws
        for name, row in zip(names, side.rows, strict=True)
    ]
    return Side(side.rows, side.samples, codes).of(np.array(keep, dtype=bool))


def _rows_by_sample(
    n: int, tables: Iterable[tuple[Side, Sequence[SampleRow]]]
) -> list[list[SampleRow]]:
    """Rows of each of n samples, of both models."""
    rows: list[list[SampleRow]] = [[] for _ in range(n)]
    for side, table in tables:
        for row, sample in zip(side.rows, side.samples, strict=True):
            rows[sample].append(table[row])
    return rows


def _presentations(sides: Sequence[Side]) -> tuple[tuple[int, int], int]:
    """Fewest and most presentations, and number of samples that have too few in one of the two."""
    counts = np.array([side.counts for side in sides])
    short = (counts < ENOUGH * counts.max()).any(axis=0)
    return (int(counts.min()), int(counts.max())), int(short.sum())

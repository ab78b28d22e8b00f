"""Which rows of two tables are the same samples, proved by what was asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.errors import PairingError
from analysis.pairing.ledger import Ledger, Naming, withheld
from analysis.pairing.shared_content import clusters, join
from analysis.readers.per_sample import Row
from analysis.stats.paired import Array, Paired
from analysis.stats.step_size import step_size
from clue.common.plural import counted

Places = NDArray[np.intp]
Key = tuple[str, int]
ENOUGH = 3 / 5
"""Share of the most repeats below which a sample is pointed out."""


class Side(NamedTuple):
    """The rows of one model that are used, sorted by sample and repeat, shape (m,)."""

    rows: Places
    samples: Places
    """Place of the row's sample in `Alignment.ids`."""

    def mean(self, scores: Array) -> Array:
        """Average over the repeats of each sample; scores of all rows, as they were given."""
        total = np.bincount(self.samples, weights=scores[self.rows])
        mean: Array = total / np.bincount(self.samples)
        return mean


@dataclass(frozen=True)
class Alignment:
    """Common samples of two models; any number of scores can go through it."""

    ids: tuple[str, ...]
    """Sorted, shape (n,)."""
    clusters: tuple[str, ...]
    """Of each, shape (n,)."""
    base: Side
    tuned: Side
    ledger: Ledger
    naming: Naming = withheld

    def paired(self, base: Array, tuned: Array) -> Paired:
        """Average the repeats of one score.

        Args:
            base: of each row, nan where the score is undefined for the sample.
            tuned: the same.

        Raises:
            PairingError: a score is undefined for one of the models only, or for all samples.
        """
        means = self.base.mean(base), self.tuned.mean(tuned)
        gone = np.isnan(means[0])
        wrong = [self.ids[place] for place in np.flatnonzero(gone != np.isnan(means[1]))]
        if wrong:
            samples = f"{counted(len(wrong), 'sample')}{self.naming(wrong)}"
            raise PairingError(
                "the score is undefined for one model and defined for the other in "
                f"{samples}; whether it is, may depend on the reference alone"
            )
        kept = np.flatnonzero(~gone)
        if not len(kept):
            raise PairingError("the score is undefined for every common sample")
        return Paired(
            tuple(self.ids[place] for place in kept),
            tuple(self.clusters[place] for place in kept),
            means[0][kept],
            means[1][kept],
            step_size(means[1][kept] - means[0][kept]),
        )


def align(
    base: Sequence[Row],
    tuned: Sequence[Row],
    *,
    allowed: Collection[str] = (),
    naming: Naming = withheld,
) -> Alignment:
    """Match rows by sample id.

    Args:
        base: rows of the base model, each sample and repeat once.
        tuned: rows of the tuned model, the same.
        allowed: digests that may differ between the two, e.g. `prompt`.
        naming: of samples in messages; unless told otherwise they are counted only.

    Raises:
        PairingError: no common samples, samples that are not the same item, or a sample in two
            clusters.
    """
    sets = [{row.sample_id for row in side} for side in (base, tuned)]
    ids = tuple(sorted(sets[0] & sets[1]))
    if not ids:
        firsts = naming([min(samples) for samples in sets])
        raise PairingError(
            f"the two have no sample in common: base has {len(sets[0])}, tuned {len(sets[1])}"
            f"{firsts}; are they of the same task?"
        )
    verified, differing = _verified(base, tuned, allowed, naming)
    sides = _side(base, ids), _side(tuned, ids)
    rows: list[list[Row]] = [[] for _ in ids]
    for side, table in zip(sides, (base, tuned), strict=True):
        for row, sample in zip(side.rows, side.samples, strict=True):
            rows[sample].append(table[row])
    joined, shared = join(clusters(ids, rows, naming), rows)
    repeats, short = _repeats(sides)
    ledger = Ledger(
        n_base=len(sets[0]),
        n_tuned=len(sets[1]),
        only_base=tuple(sorted(sets[0] - sets[1])),
        only_tuned=tuple(sorted(sets[1] - sets[0])),
        repeats=repeats,
        short=short,
        shared=shared,
        verified=verified,
        differing=differing,
    )
    return Alignment(ids, joined, sides[0], sides[1], ledger, naming)


def _verified(
    base: Sequence[Row], tuned: Sequence[Row], allowed: Collection[str], naming: Naming
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds of digests that are equal in all common rows, and those that may differ and do."""
    known = {(row.sample_id, row.repeat): row.digests for row in base}
    seen: set[str] = set()
    different: dict[str, list[str]] = {}
    for row in tuned:
        other = known.get((row.sample_id, row.repeat), {})
        for kind in row.digests.keys() & other.keys():
            seen.add(kind)
            if row.digests[kind] != other[kind]:
                different.setdefault(kind, []).append(row.sample_id)
    for kind, samples in sorted(different.items()):
        if kind not in allowed:
            raise PairingError(
                f"the {kind} of {counted(len(samples), 'sample')} differs between the two"
                f"{naming(sorted(samples))}: the models were not asked the same, so their scores "
                "cannot be paired" + _advice(kind)
            )
    return tuple(sorted(seen - different.keys())), tuple(sorted(different))


def _advice(kind: str) -> str:
    if kind != "prompt":
        return ""
    return ". If only the chat template differs, say so with --allow-different-prompts"


def _side(rows: Sequence[Row], ids: Sequence[str]) -> Side:
    place = {sample: number for number, sample in enumerate(ids)}
    used = [
        (place[row.sample_id], row.repeat, number)
        for number, row in enumerate(rows)
        if row.sample_id in place
    ]
    samples, _, numbers = np.array(sorted(used), dtype=np.intp).T
    return Side(numbers, samples)


def _repeats(sides: Sequence[Side]) -> tuple[tuple[int, int], int]:
    """Fewest and most repeats, and how many samples have too few of them in one of the two."""
    counts = np.array([np.bincount(side.samples) for side in sides])
    short = (counts < ENOUGH * counts.max()).any(axis=0)
    return (int(counts.min()), int(counts.max())), int(short.sum())

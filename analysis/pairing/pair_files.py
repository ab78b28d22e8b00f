"""Two files of results made one paired series, or the reason why they cannot be."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from analysis.errors import PairingError
from analysis.pairing.alignment import Alignment, align
from analysis.pairing.ledger import Ledger, named
from analysis.readers.per_sample import Results, Row
from analysis.stats.paired import Interval, Paired
from clue.common.plural import counted

__all__ = ["Alignment", "Ledger", "Pairing", "align", "pair"]


@dataclass(frozen=True)
class Pairing:
    """Two files matched in one score."""

    paired: Paired
    ledger: Ledger
    bounds: Interval | None = None
    """Of delta over all samples, if those that a model lacks had scored 0 or 1; None where none is
    missing or the scores do not lie between 0 and 1."""


def pair(
    base: Results, tuned: Results, *, dedup: bool = False, allowed: Collection[str] = ()
) -> Pairing:
    """Match two files in one score.

    Args:
        base: results of the base model.
        tuned: results of the tuned model.
        dedup: drop rows that are there twice, identical in everything.
        allowed: digests that may differ between the two, e.g. `prompt`.

    Raises:
        PairingError: they are not of the same items or not of the same score, or hold rows twice.
    """
    if base.score != tuned.score:
        raise PairingError(
            f"{base.path} was read for {base.score} and {tuned.path} for {tuned.score}; say which "
            "score is meant with --score"
        )
    if base.signature != tuned.signature:
        raise PairingError(
            f"{base.path} and {tuned.path}: {base.score} was not computed alike "
            f"({base.signature} / {tuned.signature}); score both again with the same settings"
        )
    base, dropped = _distinct(base, dedup=dedup)
    tuned, dropped_too = _distinct(tuned, dedup=dedup)
    alignment = align(base.rows, tuned.rows, allowed=allowed, naming=named)
    scores = [np.array(side.scores, dtype=float) for side in (base, tuned)]
    paired = alignment.paired(*scores)
    ledger = dataclasses.replace(
        alignment.ledger,
        duplicates=dropped + dropped_too,
        undefined=len(alignment.ids) - len(paired.ids),
    )
    return Pairing(paired, ledger, _bounds(base, tuned, paired, ledger))


def _distinct(results: Results, *, dedup: bool) -> tuple[Results, int]:
    """Without rows that are there twice; and how many those are."""
    first: dict[tuple[str, int], tuple[Row, float | None]] = {}
    twice: set[str] = set()
    conflicting: set[str] = set()
    for entry in zip(results.rows, results.scores, strict=True):
        key = entry[0].sample_id, entry[0].repeat
        if key in first:
            (twice if first[key] == entry else conflicting).add(key[0])
        else:
            first[key] = entry
    if conflicting:
        found = counted(len(conflicting), "sample is", "samples are")
        raise PairingError(
            f"{results.path}: {found} there more than once, with different content"
            f"{named(sorted(conflicting))}. Number repeats of a sample in a column "
            "`repeat`; otherwise remove the wrong rows"
        )
    if twice and not dedup:
        found = counted(len(twice), "sample is", "samples are")
        raise PairingError(
            f"{results.path}: {found} there more than once, identically"
            f"{named(sorted(twice))}. Drop the copies with --dedup"
        )
    rows, scores = zip(*first.values(), strict=True)
    dropped = len(results.rows) - len(rows)
    return dataclasses.replace(results, rows=rows, scores=scores), dropped


def _bounds(base: Results, tuned: Results, paired: Paired, ledger: Ledger) -> Interval | None:
    lacking = len(ledger.only_base) + len(ledger.only_tuned)
    known = np.array([*base.scores, *tuned.scores], dtype=float)
    if not lacking or np.nanmin(known) < 0 or np.nanmax(known) > 1:
        return None
    shift = float(paired.differences.sum())
    shift -= _total(base, ledger.only_base)
    shift += _total(tuned, ledger.only_tuned)
    n = len(paired.ids) + lacking
    return Interval((shift - len(ledger.only_tuned)) / n, (shift + len(ledger.only_base)) / n)


def _total(results: Results, ids: tuple[str, ...]) -> float:
    """Sum of the mean scores of some samples; one that is undefined counts 0."""
    wanted: dict[str, list[float]] = {sample: [] for sample in ids}
    for row, score in zip(results.rows, results.scores, strict=True):
        if row.sample_id in wanted and score is not None:
            wanted[row.sample_id].append(score)
    return sum(float(np.mean(sorted(found))) for found in wanted.values() if found)

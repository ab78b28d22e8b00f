"""Pairs two files of per-sample results, or explains why they cannot be paired."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from analysis.errors import PairingError
from analysis.pairing.alignment import Alignment, Side, align
from analysis.pairing.missing_samples import Ledger, list_ids, missing_bounds
from analysis.pairing.prompt_cells import prompt_cells
from analysis.pairing.scales import ScoreRange, check_scales
from analysis.readers.per_sample import ModelResults, SampleRow
from analysis.stats.paired import Interval, Paired
from analysis.stats.prompt_cells import PromptCells
from clue.common.plural import counted
from clue.records import SampleKey

__all__ = ["Alignment", "Ledger", "Pairing", "align", "pair"]


@dataclass(frozen=True)
class Pairing:
    """Two files matched in one score."""

    paired: Paired
    ledger: Ledger
    bounds: Interval | None = None
    """Range of delta over all samples if the missing samples had scored 0 or 1. None if none is
    missing or a score is outside of 0 to 1."""
    cells: PromptCells | None = None
    """Scores by item and prompt; None if prompts are not told apart."""


def pair(
    base: ModelResults,
    tuned: ModelResults,
    *,
    dedup: bool = False,
    allowed: Collection[str] = (),
    score_range: ScoreRange | None = None,
) -> Pairing:
    """Matches two files in one score.

    Args:
        base: results of the base model.
        tuned: results of the tuned model.
        dedup: drop copies of rows that are identical in everything.
        allowed: digests that may differ between the two, e.g. `prompt`.
        score_range: range of all scores; None: judged by the scores.

    Raises:
        PairingError: the files are not of the same items, prompts or score, contain rows twice, or
            have scores on different scales.

    >>> from pathlib import Path
    >>> rows = (SampleRow("a"), SampleRow("b"))
    >>> base = ModelResults(Path("base.csv"), "CSV", "score", rows, (0.0, 1.0))
    >>> tuned = ModelResults(Path("tuned.csv"), "CSV", "score", rows, (1.0, 1.0))
    >>> pair(base, tuned).paired.differences.tolist()
    [1.0, 0.0]
    """
    if base.score != tuned.score:
        raise PairingError(
            f"{base.path} was read for {base.score} and {tuned.path} for {tuned.score}; specify "
            "the score with --score"
        )
    if base.signature != tuned.signature:
        raise PairingError(
            f"{base.path} and {tuned.path}: {base.score} was computed in different ways "
            f"({base.signature} / {tuned.signature}); score both again with the same settings"
        )
    check_scales(base, tuned, score_range)
    base, dropped_base = _without_duplicates(base, dedup=dedup)
    tuned, dropped_tuned = _without_duplicates(tuned, dedup=dedup)
    alignment = align(base.rows, tuned.rows, allowed=allowed, format_ids=list_ids)
    scores = [np.array(side.scores, dtype=float) for side in (base, tuned)]
    paired = alignment.paired(*scores)
    present = {row.sample_id for row in (*base.rows, *tuned.rows)}
    ledger = dataclasses.replace(
        alignment.ledger,
        neither=tuple(sorted({*base.planned, *tuned.planned} - present)),
        duplicates=dropped_base + dropped_tuned,
        undefined=len(alignment.ids) - len(paired.ids),
    )
    used = _used(base, alignment.base), _used(tuned, alignment.tuned)
    cells = prompt_cells(*used, paired)
    return Pairing(paired, ledger, _bounds(base, tuned, paired, ledger), cells)


def _used(results: ModelResults, side: Side) -> ModelResults:
    """Results without rows of samples, and draws, that only one of the two files has."""
    rows, scores = (
        tuple(column[row] for row in side.rows) for column in (results.rows, results.scores)
    )
    return dataclasses.replace(results, rows=rows, scores=scores)


def _without_duplicates(results: ModelResults, *, dedup: bool) -> tuple[ModelResults, int]:
    """Results without copies of rows, and the number of copies."""
    first: dict[tuple[SampleKey, str], tuple[SampleRow, float | None]] = {}
    identical: set[str] = set()
    conflicting: set[str] = set()
    for entry in zip(results.rows, results.scores, strict=True):
        row = entry[0].identity
        if row in first:
            (identical if first[row] == entry else conflicting).add(entry[0].sample_id)
        else:
            first[row] = entry
    if conflicting:
        samples = counted(len(conflicting), "sample is", "samples are")
        raise PairingError(
            f"{results.path}: {samples} there more than once, with different content"
            f"{list_ids(sorted(conflicting))}. Number repeats of a sample in a column "
            "`repeat`, wordings in `wording`, sampled answers in `draw`; name the field with the "
            "prompt with --prompt; otherwise remove the wrong rows"
        )
    if identical and not dedup:
        samples = counted(len(identical), "sample is", "samples are")
        raise PairingError(
            f"{results.path}: {samples} there more than once, identically"
            f"{list_ids(sorted(identical))}. Drop the copies with --dedup"
        )
    rows, scores = zip(*first.values(), strict=True)
    dropped = len(results.rows) - len(rows)
    return dataclasses.replace(results, rows=rows, scores=scores), dropped


def _bounds(
    base: ModelResults, tuned: ModelResults, paired: Paired, ledger: Ledger
) -> Interval | None:
    scores = np.array([*base.scores, *tuned.scores], dtype=float)
    if not ledger.missing or np.nanmin(scores) < 0 or np.nanmax(scores) > 1:
        return None
    unmatched = _total(base, ledger.only_base), _total(tuned, ledger.only_tuned)
    total = float(paired.differences.sum())
    return missing_bounds(total, len(paired.ids), ledger, unmatched)


def _total(results: ModelResults, ids: tuple[str, ...]) -> float:
    """Sum of the mean scores of some samples; an undefined score counts 0."""
    scores: dict[str, list[float]] = {sample: [] for sample in ids}
    for row, score in zip(results.rows, results.scores, strict=True):
        if row.sample_id in scores and score is not None:
            scores[row.sample_id].append(score)
    return sum(float(np.mean(sorted(values))) for values in scores.values() if values)

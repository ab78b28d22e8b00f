"""Refuses scores on different scales: fractions beside percentages look like an enormous effect.

Scores have no declared unit, so only what cannot be one scale is refused: fractions (0 to 1) beside
scores above 4, which percentages and ratings to 5 or 10 have and fractions do not. Counts that are
small by chance look the same; `--range` declares them.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.errors import PairingError
from analysis.number_format import significant
from analysis.readers.per_sample import ModelResults
from analysis.stats.paired import Array
from clue.common.plural import counted

BEYOND = 4.0
"""Absolute score above which a file cannot contain fractions; an error rate may exceed 1."""
FRACTIONS = 1 / 4
"""Share of the scores other than 0 that are fractions in a file of fractions with strange scores.

Percentages may be 1 or less too, but not this many of them with a gap between 1 and 4."""


class ScoreRange(NamedTuple):
    """Smallest and largest possible score."""

    low: float
    high: float


def check_scales(
    base: ModelResults, tuned: ModelResults, declared: ScoreRange | None = None
) -> None:
    """Checks that all scores of two files can be on one scale.

    Args:
        base: results of the base model.
        tuned: results of the other model.
        declared: range that the scores may have; None: judged by the scores.

    Raises:
        PairingError: a score is outside of the declared range, or the scores are on two scales.
    """
    sides = [(results, _scores(results)) for results in (base, tuned)]
    if declared is not None:
        for results, scores in sides:
            _check_declared(results, scores, declared)
        return
    for results, scores in sides:
        _check_one_scale(results, scores)
    for (results, scores), (other, others) in (sides, sides[::-1]):
        if _are_fractions(scores) and _largest(others) > BEYOND:
            raise PairingError(
                f"two scales: the scores in {results.path} are {_range(scores)}, those in "
                f"{other.path} {_range(others)}. Convert one of the files, e.g. divide percentages "
                f"by 100. {_declare([*scores, *others])}"
            )


def _scores(results: ModelResults) -> Array:
    defined = [score for score in results.scores if score is not None]
    return np.array(defined, dtype=float)


def _check_declared(results: ModelResults, scores: Array, declared: ScoreRange) -> None:
    outside = int(((scores < declared.low) | (scores > declared.high)).sum())
    if outside:
        raise PairingError(
            f"{results.path}: {counted(outside, 'score is', 'scores are')} outside of the declared "
            f"range {significant(declared.low)} to {significant(declared.high)}; the scores are "
            f"{_range(scores)}"
        )


def _check_one_scale(results: ModelResults, scores: Array) -> None:
    sizes = np.abs(scores[scores != 0])
    fractions, strange = int((sizes <= 1).sum()), int((sizes > BEYOND).sum())
    between = len(sizes) - fractions - strange
    if strange and not between and fractions >= FRACTIONS * len(sizes):
        raise PairingError(
            f"{results.path}: {counted(strange, 'score is', 'scores are')} above "
            f"{significant(BEYOND)} in size and all others between -1 and 1; the scores are "
            f"{_range(scores)}. Correct the strange ones, or leave out samples that were not "
            f"scored so that they are counted as missing. {_declare(scores)}"
        )


def _are_fractions(scores: Array) -> bool:
    """True for scores of 0 to 1; scores that are all 0 may be on any scale."""
    return bool(scores.size) and scores.min() >= 0 and 0 < scores.max() <= 1


def _largest(scores: Array) -> float:
    return float(np.abs(scores).max(initial=0))


def _range(scores: Array) -> str:
    return f"{significant(scores.min())} to {significant(scores.max())}"


def _declare(scores: Sequence[float] | Array) -> str:
    low, high = math.floor(min(scores)), math.ceil(max(scores))
    return f"If all of them are right, declare their range with --range {low} {high}"

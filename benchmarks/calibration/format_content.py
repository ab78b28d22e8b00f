"""Form and content of a difference: intervals of both parts, with selection of readable answers.

Easy items are answered readably more often, and patients differ in both. The true parts are those
of a population of a million items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Sums
from analysis.stats.readable_split import ReadableScores, readable_split
from benchmarks.calibration.rates import Rate, rate, seeded

SETS = 2000
POPULATION = 1_000_000
PATIENT = 0.5
"""Standard deviation of patients in the readability and in the quality of a model's answers."""


@dataclass(frozen=True)
class _Situation:
    """Two models on the items of some clusters."""

    name: str
    clusters: int
    size: int
    """Items of a cluster."""
    readable: tuple[float, float]
    """Latent readability of base and tuned model."""
    quality: tuple[float, float]
    """Latent quality; answers above 0 are right."""
    earns: float = 0.0
    """Share of its score that an unreadable answer earns."""


def items() -> list[Rate]:
    """Independent items; both parts differ from 0."""
    name = "237 items, 95 % and 79 % readable"
    return _rates(51, _Situation(name, 237, 1, (2.0, 1.0), (0.3, 0.0)), clustered=False)


def patients() -> list[Rate]:
    """The same with 20 questions on each of 20 patients."""
    name = "20 patients, 400 questions, 93 % and 78 % readable"
    return _rates(52, _Situation(name, 20, 20, (2.0, 1.0), (0.3, 0.0)), clustered=True)


def texts() -> list[Rate]:
    """Texts of the same quality, of which the tuned model breaks off more on difficult items."""
    name = "237 texts, 95 % and 66 % readable, half of a score is earned"
    return _rates(53, _Situation(name, 237, 1, (2.0, 0.5), (0.3, 0.3), 0.5), clustered=False)


def _rates(item: int, situation: _Situation, *, clustered: bool) -> list[Rate]:
    rng = seeded(item)
    truth = _truth(rng, situation)
    codes = np.arange(situation.clusters * situation.size) // situation.size
    covered: dict[str, list[bool]] = {"form": [], "content": []}
    ignored: list[bool] = []
    for _ in range(SETS):
        parts = readable_split(*_models(rng, situation, codes))
        for name, values in covered.items():
            values.append(_covers(parts[name], codes, truth[name]))
        ignored.append(_covers(parts["content"], np.arange(len(codes)), truth["content"]))
    rates = [
        rate(situation.name, f"{name}, CR2 from influences", "covers", values, (0.93, 0.97))
        for name, values in covered.items()
    ]
    if clustered:
        method = "content, clusters ignored"
        rates.append(rate(situation.name, method, "covers", ignored, (0.0, 0.85)))
    return rates


def _covers(part: Array, codes: NDArray[np.intp], truth: float) -> bool:
    sums = Sums(np.bincount(codes, part).astype(float), np.bincount(codes).astype(float))
    interval = robust(sums).interval()
    return interval.low <= truth <= interval.high


def _truth(rng: np.random.Generator, situation: _Situation) -> dict[str, float]:
    codes = np.arange(POPULATION) // situation.size
    parts = readable_split(*_models(rng, situation, codes))
    return {name: float(part.mean()) for name, part in parts.items()}


def _models(
    rng: np.random.Generator, situation: _Situation, codes: NDArray[np.intp]
) -> tuple[ReadableScores, ReadableScores]:
    ease = rng.standard_normal(len(codes))
    base, tuned = (
        _answers(rng, situation, codes, (ease, *latent))
        for latent in zip(situation.readable, situation.quality, strict=True)
    )
    return base, tuned


def _answers(
    rng: np.random.Generator,
    situation: _Situation,
    codes: NDArray[np.intp],
    latent: tuple[Array, float, float],
) -> ReadableScores:
    ease, readable, quality = latent
    patient = PATIENT * rng.standard_normal((2, int(codes.max()) + 1))[:, codes]
    if situation.size == 1:
        patient *= 0
    noise = rng.standard_normal((2, len(codes)))
    is_readable = readable + 0.7 * ease + patient[0] + noise[0] > 0
    right = quality + 0.7 * ease + patient[1] + noise[1] > 0
    points = 100.0 * (right & is_readable)
    score = points + 100.0 * situation.earns * (right & ~is_readable)
    return ReadableScores(is_readable.astype(float), points, score)

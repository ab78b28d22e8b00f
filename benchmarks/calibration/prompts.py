"""Differences over several prompts: intervals for these prompts and for prompts like these.

Both models are right or wrong. Items differ in ease, which both models share; patients and prompts
favour one of the models. Effects are normal on the logistic scale and symmetric, so that the true
difference over all patients and prompts is 0. Answers are independent beyond these effects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import special, stats

from analysis.stats.paired import Array, Interval
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.random_prompts import PromptAnalysis, random_prompts
from benchmarks.calibration.rates import ANY, Rate, rate, seeded

EASE, EASE_SD, PATIENT_SD = 0.7, 1.0, 0.3
HONEST = (0.93, 0.97)
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Design:
    """Patients with questions, asked with prompts."""

    patients: int
    questions: int
    prompts: int
    per_item: int
    """Prompts of each item; all of them: crossed."""
    sd: float
    """Of the difference between prompts, on the logistic scale."""
    sets: int
    fixed: tuple[float, float] = ANY
    """Bounds of the coverage with fixed prompts."""

    @property
    def name(self) -> str:
        """Situation of the table."""
        crossed = self.per_item == self.prompts
        layout = "crossed" if crossed else f"spread, {self.per_item} per item"
        asked = "1 prompt" if self.prompts == 1 else f"{self.prompts} prompts {layout}"
        return f"{self.patients} x {self.questions} items, {asked}, SD {self.sd:g}"

    @cached_property
    def names(self) -> list[tuple[str, ...]]:
        """Item, patient and prompt of each cell by name."""
        items, prompts = self.cells
        columns = (("i", items), ("g", items // self.questions), ("p", prompts))
        return [tuple(f"{kind}{code:04}" for code in codes) for kind, codes in columns]

    @cached_property
    def cells(self) -> tuple[Codes, Codes]:
        """Item and prompt of each cell, sorted; prompts are dealt within patients in turn."""
        n = self.patients * self.questions
        items = np.repeat(np.arange(n), self.per_item)
        step = max(1, self.prompts // self.per_item)
        turns = np.tile(np.arange(self.per_item) * step, n)
        prompts = (items + turns) % self.prompts
        order = np.lexsort((prompts, items))
        return items[order], prompts[order]


def many_patients() -> list[Rate]:
    """400 patients with three questions each: with one prompt its choice is most of the error."""
    return _rates(
        510,
        [
            Design(400, 3, 1, 1, 0.25, 600, fixed=(0.0, 0.70)),
            Design(400, 3, 20, 1, 0.25, 800),
            Design(400, 3, 20, 1, 0.5, 1500, fixed=(0.0, 0.90)),
            Design(400, 3, 48, 1, 0.25, 600),
            Design(400, 3, 20, 2, 0.25, 1000),
            Design(400, 3, 20, 1, 0.0, 600, fixed=HONEST),
            Design(400, 3, 5, 5, 0.25, 500, fixed=(0.0, 0.75)),
        ],
    )


def few_patients() -> list[Rate]:
    """20 patients with 20 questions each: with no difference between prompts patients dominate."""
    return _rates(
        520,
        [
            Design(20, 20, 20, 1, 0.25, 800),
            Design(20, 20, 5, 5, 0.5, 800, fixed=(0.0, 0.75)),
            Design(20, 20, 10, 10, 0.0, 600, fixed=HONEST),
        ],
    )


def _rates(item: int, designs: Sequence[Design]) -> list[Rate]:
    """Every design has a generator of its own, so that none changes another."""
    return [
        one
        for number, design in enumerate(designs)
        for one in _of_design(seeded(item + number), design)
    ]


def _of_design(rng: Generator, design: Design) -> Iterator[Rate]:
    fixed, random, predicted, shares, naive = [], [], [], [], []
    for _ in range(design.sets):
        found = random_prompts(_simulated(rng, design))
        fixed.append(_holds(found.fixed.interval()))
        if found.random is not None and found.components is not None and found.prediction:
            share = found.components.share_interval(found.fixed.delta, rng, draws=999)
            random.append(_holds(found.random.interval()))
            shares.append(_holds(share, 0.5))
            predicted.append(_holds(found.prediction, _true_difference(rng, design.sd)))
            naive.append(_holds(_over_prompts(found)))
    name = design.name
    yield rate(name, "CR2, prompts fixed", "covers", fixed, design.fixed)
    if not random:
        return
    yield rate(name, "prompts and patients random", "covers", random, HONEST)
    if design.sd > 0:
        yield rate(name, "share of better prompts", "covers", shares, (0.92, 1.0))
    crossed = design.per_item > 1 and design.per_item == design.prompts
    yield rate(
        name, "prediction of another prompt", "covers", predicted, (0.90, 1.0) if crossed else ANY
    )
    if crossed:
        alone = (0.0, 0.89) if design.sd == 0 else ANY
        yield rate(name, "t over means of prompts", "covers", naive, alone)


def _simulated(rng: Generator, design: Design) -> PromptCells:
    """Right and wrong answers of two models; each effect moves both by half, apart."""
    items, prompts = design.cells
    ease = EASE + EASE_SD * rng.standard_normal(design.patients * design.questions)[items]
    apart = (
        PATIENT_SD * rng.standard_normal(design.patients)[items // design.questions]
        + design.sd * rng.standard_normal(design.prompts)[prompts]
    )
    base, tuned = (_answers(rng, ease + sign * apart / 2) for sign in (-1, 1))
    names, patients, asked = design.names
    return PromptCells(names, patients, asked, base, tuned)


def _answers(rng: Generator, logits: Array) -> Array:
    return np.asarray(rng.random(len(logits)) < 1 / (1 + np.exp(-logits)), dtype=float)


def _true_difference(rng: Generator, sd: float) -> float:
    """Difference under another prompt, over all items and patients."""
    spread = (EASE_SD**2 + (PATIENT_SD / 2) ** 2) ** 0.5
    logits = EASE + spread * _NODES
    apart = sd * float(rng.standard_normal()) / 2
    shares = [float((_WEIGHTS / (1 + np.exp(-(logits + move)))).sum()) for move in (-apart, apart)]
    return shares[1] - shares[0]


_NODES, _RAW = special.roots_hermitenorm(41)
_WEIGHTS = _RAW / _RAW.sum()


def _over_prompts(found: PromptAnalysis) -> Interval:
    """The usual interval: mean and standard deviation of the prompts' means, patients ignored."""
    deltas = np.array([one.robust.delta for one in found.by_prompt])
    k = len(deltas)
    reach = float(stats.t.ppf(0.975, k - 1)) * float(deltas.std(ddof=1)) / k**0.5
    return Interval(float(deltas.mean()) - reach, float(deltas.mean()) + reach)


def _holds(interval: Interval, truth: float = 0.0) -> bool:
    return bool(interval.low <= truth <= interval.high)

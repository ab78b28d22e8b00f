"""LongHealth: 20 patients with 20 questions, each asked five times; right or wrong.

Questions and patients differ in how far the models are apart, so that 2,000 rows say much less than
2,000 independent ones: a design effect of 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import stats

from analysis.stats.clusters import Robust, robust
from analysis.stats.equivalence import tost
from analysis.stats.paired import Array, Sums
from analysis.stats.sign_flip.sign_flip import sign_flips
from benchmarks.calibration import naive
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

PATIENTS, QUESTIONS, REPEATS = 20, 20, 5
ROWS = PATIENTS * QUESTIONS * REPEATS
EASE = (0.62, 0.90)
"""Share of right answers of both models together, by question: uniform between these."""
QUESTION_SD = 0.143
"""Of the difference between the models' shares, within a patient."""
PATIENT_SD = 0.084
"""Of the same between patients: an intra-cluster correlation of .07 of questions' differences."""
SIZES = np.full(PATIENTS, float(QUESTIONS))


@dataclass(frozen=True)
class Answers:
    """Right answers of many simulated comparisons, each shape (sets, patients, questions)."""

    base: Array
    tuned: Array
    both: Array
    """Repeats in which both were right, paired as they came."""
    truth: float
    """The expected difference, over all patients and questions that were drawn."""

    @property
    def differences(self) -> Array:
        """Of each question's shares of right answers."""
        return (self.tuned - self.base) / REPEATS

    @property
    def series(self) -> list[Sums]:
        """A comparison each, patients as clusters."""
        return [Sums(sums, SIZES) for sums in self.differences.sum(axis=2)]


def simulate(rng: Generator, sets: int, shift: float = 0.0) -> Answers:
    """Comparisons whose true difference is nearly `shift`: shares end at 0 and 1."""
    shape = (sets, PATIENTS, QUESTIONS)
    ease = rng.uniform(*EASE, size=shape)
    patient = PATIENT_SD * rng.standard_normal((sets, PATIENTS, 1))
    apart = shift + patient + QUESTION_SD * rng.standard_normal(shape)
    shares = [np.clip(ease + sign * apart / 2, 0, 1) for sign in (1, -1)]
    tuned, base = (rng.binomial(REPEATS, share) for share in shares)
    both = rng.hypergeometric(tuned, REPEATS - tuned, base)
    counts: Array = np.array([base, tuned, both], dtype=float)
    truth = float((shares[0] - shares[1]).mean())
    return Answers(counts[0], counts[1], counts[2], truth)


def flipped(answers: Answers, rng: Generator) -> Array:
    """p-values of the sign flip of patients, exact, shape (sets,)."""
    series = answers.series
    return np.array([one.p for one in sign_flips(series, rng, [1 / REPEATS] * len(series))])


def null() -> list[Rate]:
    """Item 1: what rejects a true null hypothesis how often."""
    rng, name = seeded(1), "LongHealth, no difference"
    answers = simulate(rng, 10_000)
    made = [robust(one) for one in answers.series]
    delta, cr0, cr1, p = (_each(made, field) for field in ("delta", "se_cr0", "se_cr1", "p"))
    disagreed = (answers.tuned + answers.base - 2 * answers.both).sum(axis=(1, 2))
    rows = (disagreed - ROWS * delta**2) / (ROWS - 1)
    asked = answers.differences.reshape(len(made), -1)
    questions = naive.t_test(delta, asked.var(axis=1, ddof=1), PATIENTS * QUESTIONS)
    sums = answers.differences.sum(axis=2)
    return [
        rate(
            name, "sign flip of patients", "rejects", flipped(answers, rng) <= ALPHA, (0.043, 0.057)
        ),
        rate(name, "CR2, Satterthwaite t", "rejects", p <= ALPHA, (0.043, 0.057)),
        rate(
            name, "t on 2,000 rows", "rejects", naive.t_test(delta, rows, ROWS) <= ALPHA, (0.20, 1)
        ),
        rate(name, "t on 400 questions", "rejects", questions <= ALPHA, (0.15, 1)),
        rate(name, "clustered z (CR0)", "rejects", naive.z_test(delta, cr0) <= ALPHA, (0.06, 1)),
        rate(name, "clustered z (CR1)", "rejects", naive.z_test(delta, cr1) <= ALPHA, (0.055, 1)),
        rate(
            name, "percentile bootstrap", "rejects", naive.percentile(sums, SIZES, rng), (0.06, 1)
        ),
    ]


def power() -> list[Rate]:
    """Item 9: how often a difference of 6.6 points is found."""
    rng = seeded(9)
    answers = simulate(rng, 10_000, 0.0675)
    name = f"LongHealth, difference {100 * answers.truth:.1f} points"
    p = _each([robust(one) for one in answers.series], "p")
    bounds = (0.715, 0.775)
    return [
        rate(name, "sign flip of patients", "finds", flipped(answers, rng) <= ALPHA, bounds),
        rate(name, "CR2, Satterthwaite t", "finds", p <= ALPHA, bounds),
    ]


def equivalence() -> list[Rate]:
    """Item 7: how often equivalence is declared where the difference is the margin."""
    rng, found = seeded(7), []
    for shift, highest in ((0.066, 0.05 + 2 * 0.0022), (0.040, 0.05)):
        answers = simulate(rng, 10_000, shift)
        margin = answers.truth
        declared = [tost(robust(one), margin) <= ALPHA for one in answers.series]
        name = f"LongHealth, difference and margin {100 * margin:.1f} points"
        found.append(rate(name, "TOST", "rejects", declared, (0.0, highest)))
    return found


def uniform() -> list[Rate]:
    """Item 10: p-values of enumerated sign flips against the uniform law (Kolmogorov-Smirnov)."""
    rng = seeded(10)
    series = [Sums(sums, SIZES) for sums in rng.standard_normal((4000, PATIENTS))]
    tests = sign_flips(series, rng)
    assert all(one.exact and one.flips == 2**PATIENTS for one in tests)
    p = np.array([one.p for one in tests])
    agreement = float(stats.kstest(p, "uniform").pvalue)
    name = "20 clusters, no difference, continuous"
    return [
        Rate(name, "all 2^20 sign flips", "KS p-value", agreement, len(p), 0.01, 1.0, share=False),
        rate(name, "all 2^20 sign flips", "rejects", p <= ALPHA, (0.043, 0.057)),
    ]


def _each(made: list[Robust], field: str) -> Array:
    return np.array([getattr(one, field) for one in made])

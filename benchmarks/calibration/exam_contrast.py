"""Exam questions against clinical tasks: the pooled contrast, single pairs, and the line.

Twelve pairs on seven bases answer four data sets. A base run is shared by its pairs, so that their
errors correlate on every item; pairs and families differ in both sides and in the contrast.
"""

import numpy as np

from analysis.meta import hartung_knapp, random_effects
from analysis.meta.errors_in_variables import errors_in_variables
from analysis.stats.clusters import influence, robust
from analysis.stats.paired import Array, Interval, Sums
from analysis.stats.weighted_sums import combine
from benchmarks.calibration.naive import deming
from benchmarks.calibration.pairs import FAMILIES, MEMBERS, SHARED
from benchmarks.calibration.rates import Rate, rate, seeded

SETS = 1000
DATASETS = (
    (np.ones(300), 0.0, 60.0, 0.5),
    (np.ones(200), 0.0, 60.0, 0.5),
    (np.full(158, 3.0), 10.0, 55.0, -0.5),
    (np.full(20, 20.0), 8.0, 45.0, -0.5),
)
"""Cluster sizes; standard deviations in points between clusters and between items of one; weight in
the contrast: two exams, MedNLI with a third of its premises, LongHealth."""
WEIGHTS = np.array([weight for *_, weight in DATASETS])
LINE_SETS = 2000
SLOPE = 0.5


def pooled() -> list[Rate]:
    """The mean contrast over a population of pairs, and the contrast of one pair."""
    rng = seeded(41)
    name = "12 pairs in 7 families, exam minus clinical, SD 1 between pairs and 3 between families"
    effects = rng.standard_normal((SETS, 12)) + 3 * rng.standard_normal((SETS, 7))[:, MEMBERS]
    whole, independent, single = [], [], []
    for truth in effects:
        y, joint, of_first = _study(rng)
        whole.append(_holds(random_effects(truth + y, joint, FAMILIES).ci95))
        independent.append(_holds(hartung_knapp(truth + y, np.diag(joint)).ci95))
        single.append(_holds(of_first))
    return [
        rate(name, "REML, full covariance, CR2 by family", "covers", whole, (0.93, 0.97)),
        rate(name, "REML, Hartung-Knapp, pairs independent", "covers", independent, (0.0, 0.89)),
        rate(name, "one pair, Welch-Satterthwaite t", "covers", single, (0.93, 0.97)),
    ]


def line() -> list[Rate]:
    """Clinical on exam differences, of which pairs deviate by more than their errors."""
    rng, name = seeded(42), "12 pairs in 7 families, SD 3 on exams, 2 around the line"
    above: dict[str, list[bool]] = {"errors-in-variables": [], "least squares": [], "Deming": []}
    covered, refused = [], []
    for _ in range(LINE_SETS):
        x, y, of_x, of_y = _points(rng)
        fit = errors_in_variables(x, y, (np.diag(of_x), np.zeros((12, 12))), FAMILIES)
        refused.append(fit.refused is not None)
        if fit.refused is None:
            covered.append(_holds(fit.ci95, SLOPE))
            above["errors-in-variables"].append(fit.slope > SLOPE)
        above["least squares"].append(float(np.polyfit(x, y, 1)[0]) > SLOPE)
        above["Deming"].append(deming(x, y, of_x, of_y) > SLOPE)
    bounds = {
        "errors-in-variables": (0.46, 0.56),
        "least squares": (0.0, 0.45),
        "Deming": (0.55, 1.0),
    }
    return [
        rate(name, "errors-in-variables, jackknife by family", "covers", covered, (0.92, 0.97)),
        rate(name, "errors-in-variables, jackknife by family", "is refused", refused, (0.0, 0.1)),
        *(
            rate(name, f"slope by {method}", "is too high", happened, bounds[method])
            for method, happened in above.items()
        ),
    ]


def _study(rng: np.random.Generator) -> tuple[Array, Array, Interval]:
    """Errors of the contrasts of all pairs, their estimated covariance, interval of the first."""
    series = [_dataset(rng, *part[:3]) for part in DATASETS]
    deltas = np.array([[sums.delta for sums in of_pairs] for of_pairs in series])
    joint = np.zeros((12, 12))
    for weight, of_pairs in zip(WEIGHTS, series, strict=True):
        influences = np.array([influence(sums) for sums in of_pairs])
        joint += weight**2 * influences @ influences.T
    first = combine([robust(of_pairs[0]) for of_pairs in series], WEIGHTS)
    return WEIGHTS @ deltas, joint, first.interval()


def _dataset(rng: np.random.Generator, sizes: Array, between: float, within: float) -> list[Sums]:
    """Cluster sums of every pair; a base run is a part of the errors of its pairs."""
    spread = np.sqrt(sizes**2 * between**2 + sizes * within**2)
    of_base = rng.standard_normal((7, len(sizes)))[MEMBERS]
    own = rng.standard_normal((12, len(sizes)))
    sums = spread * (SHARED**0.5 * of_base + (1 - SHARED) ** 0.5 * own)
    return [Sums(row, sizes) for row in sums]


def _points(rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Both differences of 12 pairs, and the variances of their errors."""
    of_x, of_y = rng.uniform(0.7, 1.3, 12) * 1.3**2, rng.uniform(0.7, 1.3, 12) * 2.0**2
    exam = 3 * _family_and_pair(rng)
    clinical = SLOPE * exam + 2 * _family_and_pair(rng)
    x = exam + np.sqrt(of_x) * rng.standard_normal(12)
    return x, clinical + np.sqrt(of_y) * rng.standard_normal(12), of_x, of_y


def _family_and_pair(rng: np.random.Generator) -> Array:
    """Effects with variance 1, half of it between families."""
    return (rng.standard_normal(7)[MEMBERS] + rng.standard_normal(12)) / 2**0.5


def _holds(interval: Interval, truth: float = 0.0) -> bool:
    return interval.low <= truth <= interval.high

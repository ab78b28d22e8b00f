"""Slope of a difference on item difficulty, which other models' right and wrong answers estimate.

A biomedical model and its base are right equally often on easy and difficult items. Models of one
base share an effect on each item, and a biomedical model keeps only a part of it.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array
from analysis.stats.regression import slope
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

Codes = NDArray[np.intp]
"""Cluster of each item, shape (n,)."""

SETS = 2000
OTHERS, SIBLINGS = 10, 3
"""Models of other families, and further models tuned from the base of the pair."""
EASE, PATIENT, OF_BASE = 1.0, 0.5, 1.5
"""Standard deviations on the logistic scale: what all models share of an item, a patient's effect
on one model, and the effect of a base on an item."""
KEPT = 0.6
"""Correlation of a biomedical model's effects on items with those of its base."""

BOUNDS = {
    "models of other families": (0.035, 0.065),
    "models of the same base": (0.1, 1.0),
    "the base itself": (0.5, 1.0),
}


def items() -> list[Rate]:
    """237 items, each a cluster."""
    return _rates(30, "237 items", np.arange(237))


def patients() -> list[Rate]:
    """20 patients with 20 questions each."""
    return _rates(31, "20 patients, 400 questions", np.repeat(np.arange(20), 20))


def unequal_patients() -> list[Rate]:
    """20 patients with 2 to 40 questions."""
    sizes = 2 * np.arange(1, 21)
    return _rates(32, "20 unequal patients, 420 questions", np.repeat(np.arange(20), sizes))


def _rates(item: int, size: str, clusters: Codes) -> list[Rate]:
    rng, name = seeded(item), f"{size}, difference does not depend on difficulty"
    rejected: dict[str, list[bool]] = {}
    for _ in range(SETS):
        for method, x, difference in _study(rng, clusters):
            rejected.setdefault(method, []).append(slope(difference, x, clusters).p <= ALPHA)
    return [
        rate(name, f"slope on difficulty by {method}", "rejects", happened, BOUNDS[method])
        for method, happened in rejected.items()
    ]


def _study(rng: np.random.Generator, clusters: Codes) -> list[tuple[str, Array, Array]]:
    """Estimates of difficulty by method, each with the differences of the pair."""
    n = len(clusters)
    ease, of_base = EASE * rng.standard_normal(n), rng.standard_normal(n)
    base = _answers(rng, ease, of_base, clusters)
    tuned, *siblings = (
        _answers(rng, ease, _kept(rng, of_base), clusters) for _ in range(1 + SIBLINGS)
    )
    others = [_answers(rng, ease, rng.standard_normal(n), clusters) for _ in range(OTHERS)]
    difference = tuned - base
    return [
        ("models of other families", -np.mean(others, axis=0), difference),
        ("models of the same base", -np.mean(siblings, axis=0), difference),
        ("the base itself", -base, difference),
    ]


def _kept(rng: np.random.Generator, of_base: Array) -> Array:
    new = rng.standard_normal(len(of_base))
    return np.asarray(KEPT * of_base + (1 - KEPT**2) ** 0.5 * new)


def _answers(rng: np.random.Generator, ease: Array, own: Array, clusters: Codes) -> Array:
    """1 where a model is right, shape (n,)."""
    patient = PATIENT * rng.standard_normal(int(clusters.max()) + 1)[clusters]
    logits = ease + OF_BASE * own + patient
    return np.asarray(rng.random(len(ease)) < 1 / (1 + np.exp(-logits)), dtype=float)

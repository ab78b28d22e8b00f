"""A text metric whose mean does not change while one model answers with zeros more often."""

from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Sums
from analysis.stats.sign_flip.sign_flip import sign_flips
from benchmarks.calibration import naive
from benchmarks.calibration.rates import ALPHA, ANY, Rate, rate, seeded

SETS, ITEMS = 3000, 237
MEAN = 0.2
ZEROS = {"base": 0.4, "tuned": 0.7}
"""Share of answers that score 0."""
CONCENTRATION = 8.0
"""Of the beta law of what is not 0."""


def scores(rng: np.random.Generator, zeros: float) -> Array:
    """Scores with mean 0.2, shape (sets, items)."""
    mean = MEAN / (1 - zeros)
    positive = rng.beta(mean * CONCENTRATION, (1 - mean) * CONCENTRATION, (SETS, ITEMS))
    return np.where(rng.random((SETS, ITEMS)) < zeros, 0.0, positive)


def shape() -> list[Rate]:
    """Item 4: equal means, different shape."""
    rng, name = seeded(4), "n = 237, equal means, more zeros and higher scores"
    base, tuned = (scores(rng, ZEROS[model]) for model in ("base", "tuned"))
    differences = tuned - base
    series = [Sums(row, np.ones(ITEMS)) for row in differences]
    flips = np.array([one.p for one in sign_flips(series, rng, flips=9_999)])
    t = np.array([robust(one).p for one in series])
    without, pratt = _signed_rank(differences, "wilcox"), _signed_rank(differences, "pratt")
    return [
        rate(name, "sign flip of the mean", "rejects", flips <= ALPHA, (0.0, 0.065)),
        rate(name, "CR2, Satterthwaite t", "rejects", t <= ALPHA, (0.0, 0.065)),
        rate(name, "Wilcoxon, zeros left out", "rejects", without <= ALPHA, ANY),
        rate(name, "Wilcoxon-Pratt", "rejects", pratt <= ALPHA, (0.15, 1)),
        rate(name, "sign test", "rejects", naive.sign_test(differences) <= ALPHA, (0.15, 1)),
    ]


def _signed_rank(differences: Array, zeros: Literal["wilcox", "pratt"]) -> Array:
    """p-values of Wilcoxon's test, shape (sets,)."""
    found = stats.wilcoxon(
        differences, axis=1, zero_method=zeros, method="asymptotic", keepdims=True
    )
    return found.pvalue[:, 0]

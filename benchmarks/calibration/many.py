"""Twelve pairs tested at once, their errors correlated through shared base runs."""

import numpy as np

from analysis.stats.multiplicity import holm
from analysis.stats.paired import Sums
from analysis.stats.sign_flip.sign_flip import sign_flips
from benchmarks.calibration.pairs import CORRELATION
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

SETS, CLUSTERS = 4000, 20


def family() -> list[Rate]:
    """Item 8: 12 true null hypotheses, sign flips of 20 patients each."""
    rng, name = seeded(8), "12 pairs on 20 patients, no difference"
    sums = np.linalg.cholesky(CORRELATION) @ rng.standard_normal((SETS, 12, CLUSTERS))
    series = [Sums(row, np.ones(CLUSTERS)) for row in sums.reshape(-1, CLUSTERS)]
    p = np.array([one.p for one in sign_flips(series, rng)]).reshape(SETS, 12)
    adjusted = np.array([holm(row) for row in p])
    some, raw = ((values <= ALPHA).any(axis=1) for values in (adjusted, p))
    return [
        rate(name, "Holm", "rejects any", some, (0.0, 0.055)),
        rate(name, "unadjusted", "rejects any", raw, (0.25, 1)),
    ]

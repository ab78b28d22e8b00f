"""Level 2: the mean of three data sets, one with few patients, one of letters, one of stays."""

import numpy as np

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Sums
from analysis.stats.weighted_sums import combine
from benchmarks.calibration import naive
from benchmarks.calibration.clusterings import LETTERS
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

SETS = 10_000
PARTS = (
    (np.full(20, 20.0), 6.5, 36.0),
    (LETTERS, 7.0, 20.0),
    (np.ones(499), 0.0, 15.0),
)
"""Cluster sizes; standard deviations in points between clusters and between items of one."""


def level() -> list[Rate]:
    """Item 6: the interval of Level 2."""
    rng, name = seeded(6), "Level 2: 20 patients, 205 letters, 499 stays"
    series = [simulate(rng, *part) for part in PARTS]
    made = [
        combine([robust(Sums(s[number], z)) for s, z in series], np.full(3, 1 / 3))
        for number in range(SETS)
    ]
    intervals = np.array([one.interval() for one in made])
    delta, se = (np.array([getattr(one, field) for one in made]) for field in ("delta", "se"))
    covered = (intervals[:, 0] <= 0) & (intervals[:, 1] >= 0)
    known = naive.z_test(delta, se) > ALPHA
    return [
        rate(name, "t, Welch-Satterthwaite", "covers", covered, (0.94, 0.96)),
        rate(name, "z", "covers", known, (0.0, 0.945)),
    ]


def simulate(
    rng: np.random.Generator, sizes: Array, between: float, within: float
) -> tuple[Array, Array]:
    """Cluster sums of normal differences, shape (sets, G), and the sizes."""
    spread = np.sqrt(sizes**2 * between**2 + sizes * within**2)
    return spread * rng.standard_normal((SETS, len(sizes))), sizes

"""Claims of a study of twelve pairs on six tasks: each is made by 72 tests that err together."""

import numpy as np

from analysis.stats.clusters import Robust, robust
from analysis.stats.equivalence import noninferiority
from analysis.stats.multiplicity import holm, replicable
from analysis.stats.paired import Array, Sums
from analysis.stats.power import minimum_detectable_difference
from benchmarks.calibration.rates import ALPHA, Rate, rate, seeded

SETS, PAIRS, TASKS = 500, 12, 6
CELLS = PAIRS * TASKS
ITEMS, PATIENTS = 237, 20
MARGIN = 2.0
SPREAD = 20.0
"""Standard deviation of a difference, in points."""


def noninferiority_claims() -> list[Rate]:
    """Sentences "a larger decline is excluded" where every true decline is the margin."""
    name = f"{CELLS} cells, true decline = margin"
    p = np.array([noninferiority(one, MARGIN) for one in _cells(17, ITEMS, -MARGIN)])
    studies = p.reshape(SETS, CELLS)
    adjusted = np.array([holm(row) for row in studies])
    some, raw = ((values <= ALPHA).any(axis=1) for values in (adjusted, studies))
    return [
        rate(name, "non-inferiority, Holm", "claims any", some, (0.0, 0.07)),
        rate(name, "non-inferiority, unadjusted", "claims any", raw, (0.9, 1)),
    ]


def detectable() -> list[Rate]:
    """Power of Holm among 72 at the printed detectable difference; all other cells are null."""
    rates = []
    for clusters, unit in ((ITEMS, "items"), (PATIENTS, "patients")):
        name = f"{clusters} {unit}, one of {CELLS} cells differs by the printed MDE"
        se, df = SPREAD / np.sqrt(clusters), clusters - 1
        for method, alpha, bounds in (
            ("MDE of a single test", ALPHA, (0.0, 0.4)),
            ("MDE at alpha / 72", ALPHA / CELLS, (0.75, 0.87)),
        ):
            true = minimum_detectable_difference(float(se), df, alpha=alpha)
            cells = _cells(18, clusters, 0.0)
            p = np.array([one.p for one in cells]).reshape(SETS, CELLS)
            shifted = _cells(19, clusters, true)
            p[:, 0] = [one.p for one in shifted[:SETS]]
            found = np.array([holm(row)[0] <= ALPHA for row in p])
            rates.append(rate(name, method, "finds", found, bounds))
    return rates


def counts() -> list[Rate]:
    """Lines "a decline is real in at least k of n" where nothing differs."""
    name = f"{PAIRS} pairs, {TASKS} tasks, no difference"
    two_sided = np.array([one.p for one in _cells(20, ITEMS, 0.0)]).reshape(SETS, CELLS)
    declines = np.random.default_rng(20).random((SETS, CELLS)) < 0.5
    one_sided = np.where(declines, two_sided / 2, 1 - two_sided / 2)
    lines = [_some_line(p) for p in one_sided]
    together = np.array([(holm(p) <= ALPHA).any() for p in two_sided])
    return [
        rate(name, "counts by Holm over all cells", "claims any", together, (0.0, 0.07)),
        rate(name, "partial conjunction, line by line", "claims any", lines, (0.3, 1)),
    ]


def _some_line(less: Array) -> bool:
    """True if some line of a pair or a task, of either direction, claims a change by itself."""
    cells = less.reshape(PAIRS, TASKS)
    return any(replicable(line, ALPHA / 2) > 0 for p in (cells, 1 - cells) for line in (*p, *p.T))


def _cells(item: int, clusters: int, delta: float) -> list[Robust]:
    """Independent cells of all studies: differences of equal clusters, normal in points."""
    rng, one_item = seeded(item), np.ones(clusters)
    return [
        robust(Sums(delta + SPREAD * rng.standard_normal(clusters), one_item))
        for _ in range(SETS * CELLS)
    ]

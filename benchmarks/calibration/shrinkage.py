"""Shrunken cells: intervals and probabilities of a decline, with known and estimated errors."""

from itertools import pairwise

import numpy as np
from numpy.random import Generator

from analysis.meta.few_clusters import few_clusters_covariance
from analysis.meta.shrinkage import ShrunkenCells, shrinkage
from analysis.stats.paired import Array
from benchmarks.calibration.pairs import CORRELATION
from benchmarks.calibration.rates import Rate, seeded

MEAN, MARGIN = -2.0, 2.0
SPREADS = 2.0, 1.0, 1.0
"""Standard deviations of pairs, tasks and cells, in points."""
SETS, PAIRS, TASKS = 200, 6, 4
ERRORS = np.array([3.0, 1.5, 1.0, 1.2])
"""Standard errors of the cells of each task."""
BINS = np.linspace(0, 1, 6)
FEW_SETS, CLUSTERS = 120, (20, 230, 400)
"""Clusters of three tasks: the first has patients."""


def under_the_model() -> list[Rate]:
    """The errors are known."""
    rng, name = seeded(30), f"{PAIRS} x {TASKS} cells, SD 2 of pairs, 1 of tasks, 1 of cells"
    correlation = CORRELATION[:PAIRS, :PAIRS]
    sampling = np.kron(correlation, np.eye(TASKS)) * np.outer(*[np.tile(ERRORS, PAIRS)] * 2)
    root = np.linalg.cholesky(sampling)
    covered, p_decline, declines = [], [], []
    for _ in range(SETS):
        truth = _truth(rng, PAIRS, TASKS)
        posterior = _posterior(truth + root @ rng.standard_normal(len(truth)), sampling, TASKS)
        covered.append(_covered(posterior, truth))
        p_decline.append(posterior.p_decline)
        declines.append(truth < -MARGIN)
    share = float(np.mean(covered))
    rates = [Rate(name, "shrunken cells, 95 %", "covers", share, SETS, 0.93, 0.97)]
    return rates + _by_probability(name, np.ravel(p_decline), np.ravel(declines))


def few_clusters() -> list[Rate]:
    """The errors of twelve pairs are estimated; the cells of the task with 20 patients count."""
    rng, name = seeded(31), "12 pairs, errors estimated from 20 patients"
    correlation = np.where(CORRELATION == 0, 0.2, CORRELATION)
    errors = [np.linspace(1, 4, 12), np.full(12, 1.5), np.full(12, 1.2)]
    roots = [np.linalg.cholesky(correlation * np.outer(error, error)) for error in errors]
    tasks = len(errors)
    dfs = np.tile(np.array(CLUSTERS) - 1.0, 12)
    plain: list[Array] = []
    allowed: list[Array] = []
    for _ in range(FEW_SETS):
        truth = _truth(rng, 12, tasks)
        y, estimated = truth.copy(), np.zeros((len(truth), len(truth)))
        for task, (root, clusters) in enumerate(zip(roots, CLUSTERS, strict=True)):
            series = rng.standard_normal((clusters, 12)) @ root.T * np.sqrt(clusters)
            y[task::tasks] += series.mean(axis=0)
            estimated[task::tasks, task::tasks] = np.cov(series.T) / clusters
        for shares, sampling in (
            (plain, estimated),
            (allowed, few_clusters_covariance(estimated, dfs)),
        ):
            shares.append(_covered(_posterior(y, sampling, tasks), truth)[::tasks])
    return [
        Rate(
            name,
            "shrunken cells, allowance for few clusters",
            "covers",
            float(np.mean(allowed)),
            FEW_SETS,
            0.91,
            0.98,
        ),
        Rate(
            name,
            "the same, errors taken as known",
            "covers",
            float(np.mean(plain)),
            FEW_SETS,
            0,
            0.91,
        ),
    ]


def _truth(rng: Generator, pairs: int, tasks: int) -> Array:
    """True differences of all cells, tasks of a pair side by side."""
    of_pairs, of_tasks, of_cells = SPREADS
    table = MEAN + of_pairs * rng.standard_normal((pairs, 1))
    table = table + of_tasks * rng.standard_normal((1, tasks))
    return np.ravel(table + of_cells * rng.standard_normal((pairs, tasks)))


def _posterior(y: Array, sampling: Array, tasks: int) -> ShrunkenCells:
    names = [str(number) for number in range(len(y))]
    pair, task = ([names[divmod(cell, tasks)[part]] for cell in range(len(y))] for part in (0, 1))
    return shrinkage(y, sampling, {"pair": pair, "task": task}, np.full(len(y), MARGIN))


def _covered(posterior: ShrunkenCells, truth: Array) -> Array:
    low, high = np.transpose(posterior.intervals)
    return np.asarray((low <= truth) & (truth <= high))


def _by_probability(name: str, p_decline: Array, declines: Array) -> list[Rate]:
    """In cells of similar probability, the share of declines is that probability."""
    rates = []
    for low, high in pairwise(BINS):
        inside = (p_decline >= low) & (p_decline < high)
        mean = round(float(p_decline[inside].mean()), 3)
        rates.append(
            Rate(
                name,
                f"decline beyond the margin, probability {low:.1f} to {high:.1f}, mean {mean:.3f}",
                "is true",
                float(declines[inside].mean()),
                SETS,
                round(max(0.0, mean - 0.05), 3),
                round(min(1.0, mean + 0.05), 3),
            )
        )
    return rates

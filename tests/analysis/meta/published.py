"""Published data sets with published or independently computed results."""

from typing import NamedTuple

import numpy as np
from scipy import linalg

from analysis.stats.paired import Array


class Published(NamedTuple):
    y: Array
    sampling: Array
    families: tuple[str, ...]


def bcg() -> Published:
    """BCG vaccine against tuberculosis: log risk ratios of 13 trials (Colditz et al. 1994)."""
    counts = np.array(
        [
            (4, 119, 11, 128),
            (6, 300, 29, 274),
            (3, 228, 11, 209),
            (62, 13536, 248, 12619),
            (33, 5036, 47, 5761),
            (180, 1361, 372, 1079),
            (8, 2537, 10, 619),
            (505, 87886, 499, 87892),
            (29, 7470, 45, 7232),
            (17, 1699, 65, 1600),
            (186, 50448, 141, 27197),
            (5, 2493, 3, 2338),
            (27, 16886, 29, 17825),
        ],
        dtype=float,
    )
    a, b, c, d = counts.T
    y = np.log(a / (a + b)) - np.log(c / (c + d))
    return Published(y, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d), tuple("abcdefghijklm"))


def schools() -> Published:
    """Year-round schooling: 56 schools in 11 districts (Konstantopoulos 2011)."""
    districts = {
        "11": ([-18, -22, 23, -30], [118, 118, 144, 144]),
        "12": ([13, -26, 19, 32], [14, 14, 15, 24]),
        "18": ([45, 38, 29], [23, 43, 12]),
        "27": ([16, 65, 36, 60], [20, 4, 4, 7]),
        "56": ([8, 4, 19, -6], [19, 7, 5, 4]),
        "58": (
            [-18, 0, 0, -28, -4, -30, 7, 0, 5, -8, -9],
            [20, 18, 19, 22, 20, 21, 6, 7, 7, 7, 7],
        ),
        "71": ([30, 98, 119], [15, 11, 10]),
        "86": ([-7, -5, -1, 2, -3, 0, 1, -10], [1] * 8),
        "91": ([50, 66, 20, 0, 5, 7], [10, 11, 10, 9, 13, 13]),
        "108": ([-52, 70, -3, 27, -34], [31, 31, 30, 30, 30]),
        "644": ([12, 61, 4, -5], [87, 82, 67, 67]),
    }
    y = np.concatenate([effects for effects, _ in districts.values()]) / 100
    variances = np.concatenate([errors for _, errors in districts.values()]) / 1000
    families = tuple(name for name, (effects, _) in districts.items() for _ in effects)
    return Published(y, variances, families)


SHARED = (
    ("1", 40, 1000, [(100, 4000), (150, 4000)]),
    ("2", 10, 200, [(15, 400)]),
    ("3", 150, 2000, [(40, 1000), (80, 1000), (50, 1000)]),
)
"""Gleser and Olkin 2009, table 19.1: study, events and size of the control, of each treatment."""


def shared_controls() -> tuple[Published, Array]:
    """Risk differences of treatments that share a control, and the design of treatments."""
    y, blocks, families, treatments = [], [], [], []
    for study, events, size, arms in SHARED:
        control = events / size
        treated = np.array([got / of for got, of in arms])
        sizes = np.array([of for _, of in arms])
        y.extend(control - treated)
        within = np.diag(treated * (1 - treated) / sizes)
        blocks.append(within + control * (1 - control) / size)
        families.extend([study] * len(arms))
        treatments.extend(range(len(arms)))
    sampling = linalg.block_diag(*blocks)
    return Published(np.array(y), sampling, tuple(families)), np.eye(3)[treatments]


def made_up(seed: int, spread: float = 1.0) -> Published:
    """Twelve pairs in seven families, errors correlated within families and a little across."""
    rng = np.random.default_rng(seed)
    families = np.repeat(np.arange(7), [3, 3, 2, 1, 1, 1, 1])
    ses = rng.uniform(0.5, 1.5, 12)
    same = families[:, None] == families
    correlation = np.where(same, 0.6, 0.0) + 0.4 * np.eye(12)
    sampling = correlation * np.outer(ses, ses)
    effects = spread * (rng.normal(size=7)[families] + 0.5 * rng.normal(size=12))
    y = rng.multivariate_normal(effects, sampling)
    return Published(y, sampling, tuple(f"f{family}" for family in families))

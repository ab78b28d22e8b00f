"""A measured rate, the error of the measurement, and what the rate has to be."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

ALPHA = 0.05
SEED = 20_240_406


@dataclass(frozen=True)
class Rate:
    """How often something happened in simulated data."""

    situation: str
    method: str
    event: str
    """What is measured: `rejects`, `covers`, `finds`."""
    value: float
    sets: int | None
    """Simulated data sets; None: computed over all possible data, without simulation."""
    low: float = 0.0
    high: float = 1.0
    """Bounds; a method that is measured to show that it fails has a lower bound above alpha."""
    share: bool = True
    """Whether `value` is a share of the data sets; otherwise it is a p-value."""

    @property
    def error(self) -> float | None:
        """Standard error of the simulation; None where there is none."""
        if self.sets is None or not self.share:
            return None
        return math.sqrt(self.value * (1 - self.value) / self.sets)

    @property
    def holds(self) -> bool:
        """True if the rate is within its bounds."""
        return self.low <= self.value <= self.high


def rate(
    situation: str, method: str, event: str, happened: ArrayLike, bounds: tuple[float, float]
) -> Rate:
    """From whether it happened in each data set, shape (sets,)."""
    occurred = np.asarray(happened, dtype=bool)
    return Rate(situation, method, event, float(occurred.mean()), len(occurred), *bounds)


def seeded(item: int) -> Generator:
    """A generator of its own for each item, so that none changes another."""
    return np.random.default_rng([SEED, item])


ANY = (0.0, 1.0)
"""Shown for comparison only."""

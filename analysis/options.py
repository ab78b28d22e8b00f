"""What is decided before a series is looked at."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["binary", "fraction", "continuous"]
LEVEL = 0.95
"""Of the intervals, and one minus it the level of `Comparison.discordant`."""


@dataclass(frozen=True)
class Options:
    """Of one series."""

    margin: float | None = None
    """Of practical equivalence, in the unit of the score; None: it is not assessed."""
    alpha: float = 0.05
    """Level at which a verdict claims a change; intervals are at 95 % whatever it is."""
    seed: int | tuple[int, ...] = 0
    """Of the random signs and resamples; series of the same clusters and seed share them."""
    flips: int = 99_999
    """Random sign flips, where neither enumeration nor convolution is possible."""
    draws: int = 10_000
    """Resamples of the bootstrap-t, where it is used."""
    kind: Kind | None = None
    """Of the score; None: seen from the scores."""

"""How large a difference a comparison can detect, and how large a comparison has to be.

Only for planning and for the minimum detectable difference of a finished comparison. The power at
the observed difference says nothing that the p-value does not, and is not offered.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

__all__ = ["CONVENTION", "Aim", "clusters_required", "connor", "mde", "miller"]


@dataclass(frozen=True)
class Aim:
    """What a comparison is to achieve, two-sided."""

    power: float = 0.8
    """Probability of rejecting where the true difference is as large as assumed."""
    alpha: float = 0.05

    def quantiles(self, df: float = np.inf) -> tuple[float, float]:
        """Standard errors from 0 to the critical value, and from there to the difference."""
        return float(stats.t.ppf(1 - self.alpha / 2, df)), float(stats.t.ppf(self.power, df))


CONVENTION = Aim()


def mde(se: float, df: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Minimum detectable difference of a comparison, in the unit of its standard error.

    Args:
        se: CR2.
        df: Satterthwaite's.
        power: probability of rejecting where the true difference is this large.
        alpha: of the two-sided test.
    """
    return sum(Aim(power, alpha).quantiles(df)) * se


def connor(
    discordant: float, difference: float, aim: Aim = CONVENTION, df: float = np.inf
) -> float:
    """Items that McNemar's test needs, not rounded (Connor 1987).

    Args:
        discordant: share of the items that exactly one of the models has right.
        difference: to be detected, in the same unit; at most `discordant`.
        aim: power and level.
        df: of a test that has to estimate its error; inf: McNemar's own.
    """
    critical, beyond = aim.quantiles(df)
    spread = critical * discordant**0.5 + beyond * (discordant - difference**2) ** 0.5
    return float((spread / difference) ** 2)


def miller(
    difference: float,
    between: float,
    within: tuple[float, float] = (0.0, 0.0),
    repeats: tuple[int, int] = (1, 1),
    aim: Aim = CONVENTION,
) -> float:
    """Items that a paired comparison of means needs, not rounded (Miller 2024, section 5).

    Args:
        difference: to be detected.
        between: variance over items of the difference in expected score.
        within: variance of the score of each model's answers to one item.
        repeats: answers of each model to one item.
        aim: power and level.
    """
    variance = between + sum(noise / k for noise, k in zip(within, repeats, strict=True))
    return float((sum(aim.quantiles()) / difference) ** 2 * variance)


def clusters_required(n_clusters: int, detectable: float, difference: float) -> float:
    """Clusters like those of a pilot that detect `difference`, not rounded.

    Args:
        n_clusters: of the pilot.
        detectable: its minimum detectable difference.
        difference: to be detected.
    """
    return n_clusters * (detectable / difference) ** 2

"""Formulas for detectable differences and required sample sizes.

They serve planning, and give the minimum detectable difference of a finished comparison. The power
at the observed difference adds nothing to the p-value and is not offered.
"""

from dataclasses import dataclass

import numpy as np

from analysis.number_format import significant
from clue import student_t
from clue.errors import ConfigError

__all__ = [
    "DEFAULT_TARGET",
    "PowerTarget",
    "mcnemar_sample_size",
    "minimum_detectable_difference",
    "required_clusters",
]


@dataclass(frozen=True)
class PowerTarget:
    """Power and level that a two-sided comparison must reach."""

    power: float = 0.8
    """Probability of rejection if the true difference is as large as assumed."""
    alpha: float = 0.05

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: not 0 < alpha < power < 1.
        """
        if not 0 < self.alpha < self.power < 1:
            levels = f"alpha {significant(self.alpha)}, power {significant(self.power)}"
            raise ConfigError(f"{levels}: need 0 < alpha < power < 1")

    def quantiles(self, df: float = np.inf) -> tuple[float, float]:
        """Standard errors from 0 to the critical value, and from there to the difference.

        >>> [round(quantile, 3) for quantile in PowerTarget().quantiles()]
        [1.96, 0.842]
        """
        return student_t.quantile(1 - self.alpha / 2, df), student_t.quantile(self.power, df)


DEFAULT_TARGET = PowerTarget()


def minimum_detectable_difference(
    se: float, df: float, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Minimum detectable difference of a comparison (MDE), in the unit of its standard error.

    Args:
        se: CR2 standard error.
        df: Satterthwaite degrees of freedom.
        power: probability of rejection if the true difference is this large.
        alpha: level of the two-sided test.

    >>> round(minimum_detectable_difference(se=1.0, df=np.inf), 2)
    2.8
    """
    return sum(PowerTarget(power, alpha).quantiles(df)) * se


def mcnemar_sample_size(
    discordant: float, difference: float, target: PowerTarget = DEFAULT_TARGET, df: float = np.inf
) -> float:
    """Number of items that McNemar's test needs, not rounded (Connor 1987).

    Args:
        discordant: share of the items that exactly one of the models has right.
        difference: difference to detect, in the same unit; at most `discordant`.
        target: power and level.
        df: degrees of freedom of a test that estimates its error; inf for McNemar's test.

    >>> round(mcnemar_sample_size(discordant=0.2, difference=0.05), 1)
    625.5
    """
    critical, beyond = target.quantiles(df)
    spread = critical * discordant**0.5 + beyond * (discordant - difference**2) ** 0.5
    return float((spread / difference) ** 2)


def required_clusters(n_clusters: int, detectable: float, difference: float) -> float:
    """Number of clusters, similar to those of a pilot, that detect `difference`; not rounded.

    Args:
        n_clusters: clusters of the pilot.
        detectable: minimum detectable difference of the pilot.
        difference: difference to detect.

    >>> required_clusters(20, detectable=6.0, difference=3.0)
    80.0
    """
    return n_clusters * (detectable / difference) ** 2

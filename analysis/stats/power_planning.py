"""Required sizes and detectable differences of planned comparisons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from scipy import optimize

from analysis.number_format import significant
from analysis.stats.clusters import NAN
from analysis.stats.power import (
    DEFAULT_TARGET,
    PowerTarget,
    mcnemar_sample_size,
    minimum_detectable_difference,
)
from clue.errors import ConfigError

MAX_ITEMS = 10**9
"""No study has more items, and a search beyond leaves the range of numbers."""


class ExpectedError(NamedTuple):
    """Standard error that a planned comparison will have, in the unit of the score."""

    se: float
    df: float


class Design(Protocol):
    """Assumptions about the items of a planned comparison.

    Differences are positive, in the unit of the score.
    """

    @property
    def cluster_size(self) -> float:
        """Items per cluster."""

    @property
    def design_effect(self) -> float:
        """Number of items that carry as much information as one independent item."""

    @property
    def icc(self) -> float:
        """Correlation of differences within clusters; nan if a pilot cannot tell."""

    def error(self, items: float) -> "ExpectedError":
        """Expected error of the mean difference of a number of items, in at least two clusters."""

    def required(self, difference: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Number of items that detect a difference, not rounded."""

    def detectable(self, items: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Difference that items in at least two clusters detect; nan if none is large enough."""


@dataclass(frozen=True)
class _Clustering:
    """Clusters of planned items, equal in size."""

    cluster_size: float = field(default=1.0, kw_only=True)
    """Items per cluster."""
    icc: float = field(default=0.0, kw_only=True)
    """Correlation of differences within clusters."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a number is out of range.
        """
        if not self.cluster_size >= 1:
            raise ConfigError(f"cluster_size {significant(self.cluster_size)}: must be at least 1")
        if not 0 <= self.icc <= 1:
            raise ConfigError(f"icc {significant(self.icc)}: not a number from 0 to 1")

    @property
    def design_effect(self) -> float:
        """1 + (m - 1) icc for clusters of m items.

        >>> ContinuousDesign(sd=1.0, cluster_size=3, icc=0.5).design_effect
        2.0
        """
        return 1 + (self.cluster_size - 1) * self.icc


@dataclass(frozen=True)
class ContinuousDesign(_Clustering):
    """Scores of any kind, described by plain numbers; the test is a t-test on clusters."""

    sd: float
    """Standard deviation of the items' differences."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a number is out of range.
        """
        if not self.sd > 0:
            raise ConfigError(f"sd {significant(self.sd)}: must be above 0")
        super().__post_init__()

    def required(self, difference: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Number of items that detect a difference; at least two clusters.

        >>> round(ContinuousDesign(sd=1.0).required(0.5), 1)
        33.4
        """
        return _smallest(lambda df: self._items(difference, df, target), self.cluster_size)

    def detectable(self, items: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Minimum detectable difference at the expected standard error.

        >>> round(ContinuousDesign(sd=1.0).detectable(100), 3)
        0.283
        """
        return minimum_detectable_difference(*self.error(items), target.power, target.alpha)

    def error(self, items: float) -> ExpectedError:
        """Standard deviation over the root of the items, with a degree of freedom per cluster.

        >>> ContinuousDesign(sd=1.0).error(100)
        ExpectedError(se=0.1, df=99.0)
        """
        return _error(self.sd**2, items, self)

    def _items(self, difference: float, df: float, target: PowerTarget) -> float:
        return self.design_effect * (sum(target.quantiles(df)) * self.sd / difference) ** 2


@dataclass(frozen=True)
class BinaryDesign(_Clustering):
    """Right or wrong answers, described by plain numbers; McNemar's test, or t-test on clusters."""

    discordant: float
    """Share of the items that exactly one model has right."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a number is out of range.
        """
        if not 0 < self.discordant <= 1:
            raise ConfigError(
                f"discordant {significant(self.discordant)}: not a share above 0, up to 1"
            )
        super().__post_init__()

    def required(self, difference: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Connor's formula; for clusters with t quantiles and times the design effect.

        Raises:
            ConfigError: the difference is larger than the share of discordant items.

        >>> round(BinaryDesign(discordant=0.2).required(0.05), 1)
        625.5
        """
        if difference > self.discordant:
            raise ConfigError(
                f"a difference of {significant(difference)} cannot come from "
                f"{significant(self.discordant)} discordant items; give a smaller --difference, "
                "or --sd if scores are not right or wrong"
            )
        if self.cluster_size == 1:
            return self._items(difference, np.inf, target)
        return _smallest(lambda df: self._items(difference, df, target), self.cluster_size)

    def detectable(self, items: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Inverse of `required`; nan if all discordant items together are too few.

        >>> round(BinaryDesign(discordant=0.2).detectable(1422), 3)
        0.033
        """
        df = np.inf if self.cluster_size == 1 else items / self.cluster_size - 1

        def spare_items(difference: float) -> float:
            return items - self._items(difference, df, target)

        if spare_items(self.discordant) < 0:
            return NAN
        return float(optimize.brentq(spare_items, 1e-6 * self.discordant, self.discordant))

    def error(self, items: float) -> ExpectedError:
        """Error if the difference is 0, where the share of discordant items is the variance.

        >>> round(BinaryDesign(discordant=0.2).error(500).se, 6)
        0.02
        """
        return _error(self.discordant, items, self)

    def _items(self, difference: float, df: float, target: PowerTarget) -> float:
        return self.design_effect * mcnemar_sample_size(self.discordant, difference, target, df)


def _error(variance: float, items: float, design: Design) -> ExpectedError:
    """Error of the mean of items with one variance, in clusters of one size."""
    se = (variance * design.design_effect / items) ** 0.5
    return ExpectedError(se, items / design.cluster_size - 1)


def _smallest(required: Callable[[float], float], cluster_size: float) -> float:
    """Smallest number of items that suffices with the degrees of freedom of its own clusters."""

    def shortage(items: float) -> float:
        return required(items / cluster_size - 1) - items

    fewest = 2 * cluster_size
    if shortage(fewest) <= 0:
        return fewest
    return float(optimize.brentq(shortage, fewest, required(1.0)))

"""Required sizes and detectable differences of planned comparisons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import optimize

from analysis.stats.clusters import NAN, Robust, design_effect, icc, robust
from analysis.stats.paired import Paired
from analysis.stats.power import (
    DEFAULT_TARGET,
    PowerTarget,
    mcnemar_sample_size,
    minimum_detectable_difference,
    required_clusters,
)
from clue.errors import ConfigError


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
            raise ConfigError(f"cluster_size {self.cluster_size:g}: must be at least 1")
        if not 0 <= self.icc <= 1:
            raise ConfigError(f"icc {self.icc:g}: not a number from 0 to 1")

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
            raise ConfigError(f"sd {self.sd:g}: must be above 0")
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
        df = items / self.cluster_size - 1
        se = self.sd * (self.design_effect / items) ** 0.5
        return minimum_detectable_difference(se, df, target.power, target.alpha)

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
            raise ConfigError(f"discordant {self.discordant:g}: not a share above 0, up to 1")
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
                f"a difference of {difference:g} cannot come from {self.discordant:g} discordant "
                "items; give a smaller --difference, or --sd if scores are not right or wrong"
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

    def _items(self, difference: float, df: float, target: PowerTarget) -> float:
        return self.design_effect * mcnemar_sample_size(self.discordant, difference, target, df)


@dataclass(frozen=True)
class PilotDesign:
    """Results of two models on a first set of items; the planned set is similar but larger."""

    robust: Robust
    icc: float
    design_effect: float

    @classmethod
    def of(cls, paired: Paired) -> "PilotDesign":
        """Estimates the design from paired scores.

        Raises:
            ConfigError: the scores leave nothing to estimate an error from.

        >>> paired = Paired.of([*"abcd"], [*"wxyz"], [0, 0, 0, 0], [1, 1, 0, 0])
        >>> round(PilotDesign.of(paired).design_effect, 6)
        1.0
        """
        estimate = robust(paired.sums)
        if not estimate.se_cr2 > 0:
            raise ConfigError(
                "nothing can be planned from this pilot: the difference between the models is the "
                f"same in all of its clusters ({estimate.n_clusters}); use a pilot with more "
                "items, or give --sd"
            )
        return cls(estimate, icc(paired), design_effect(paired))

    @property
    def cluster_size(self) -> float:
        """Mean number of items per cluster.

        >>> paired = Paired.of([*"abcd"], [*"xxyy"], [0, 0, 0, 0], [1, 1, 0, 0])
        >>> PilotDesign.of(paired).cluster_size
        2.0
        """
        return self.robust.n / self.robust.n_clusters

    def required(self, difference: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Items of the pilot times the squared ratio of its detectable difference to this one.

        >>> paired = Paired.of([*"abcd"], [*"wxyz"], [0, 0, 0, 0], [1, 1, 0, 0])
        >>> pilot = PilotDesign.of(paired)
        >>> round(pilot.required(pilot.detectable(4) / 2), 6)
        16.0
        """
        detectable = self.detectable(self.robust.n, target)
        return self.cluster_size * required_clusters(self.robust.n_clusters, detectable, difference)

    def detectable(self, items: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Difference that a larger set detects.

        Errors shrink with the root of the items; degrees of freedom grow with the clusters.

        >>> paired = Paired.of([*"abcd"], [*"wxyz"], [0, 0, 0, 0], [1, 1, 0, 0])
        >>> round(PilotDesign.of(paired).detectable(100), 3)
        0.163
        """
        count, growth = self.robust.n_clusters, items / self.robust.n
        df = self.robust.df * (growth * count - 1) / (count - 1)
        se = self.robust.se_cr2 / growth**0.5
        return minimum_detectable_difference(se, df, target.power, target.alpha)


def _smallest(required: Callable[[float], float], cluster_size: float) -> float:
    """Smallest number of items that suffices with the degrees of freedom of its own clusters."""

    def shortage(items: float) -> float:
        return required(items / cluster_size - 1) - items

    fewest = 2 * cluster_size
    if shortage(fewest) <= 0:
        return fewest
    return float(optimize.brentq(shortage, fewest, required(1.0)))

"""Sizes and detectable differences of comparisons that have not been made yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import optimize

from analysis.stats.clusters import NAN, Robust, design_effect, icc, robust
from analysis.stats.paired import Paired
from analysis.stats.power import CONVENTION, Aim, clusters_required, connor, mde
from clue.errors import ConfigError


class Expectation(Protocol):
    """What is expected of the items; differences are positive, in the unit of the score."""

    @property
    def cluster_size(self) -> float:
        """Items per cluster."""

    @property
    def design_effect(self) -> float:
        """Items that are worth one independent item."""

    def required(self, difference: float, aim: Aim = CONVENTION) -> float:
        """Items that detect a difference, not rounded."""

    def detectable(self, items: float, aim: Aim = CONVENTION) -> float:
        """Difference that items in at least two clusters detect; nan if none is large enough."""


@dataclass(frozen=True)
class Scores:
    """Scores of any kind, from plain numbers; the test is a t-test on clusters."""

    sd: float
    """Standard deviation of the items' differences."""
    cluster_size: float = 1.0
    icc: float = 0.0
    """Correlation of differences within clusters."""

    @property
    def design_effect(self) -> float:
        """1 + (m - 1) icc in clusters of m."""
        return 1 + (self.cluster_size - 1) * self.icc

    def required(self, difference: float, aim: Aim = CONVENTION) -> float:
        """At least two clusters."""
        return _smallest(lambda df: self._items(difference, df, aim), self.cluster_size)

    def detectable(self, items: float, aim: Aim = CONVENTION) -> float:
        """`mde` at the standard error that is expected."""
        df = items / self.cluster_size - 1
        return mde(self.sd * (self.design_effect / items) ** 0.5, df, aim.power, aim.alpha)

    def _items(self, difference: float, df: float, aim: Aim) -> float:
        return self.design_effect * (sum(aim.quantiles(df)) * self.sd / difference) ** 2


@dataclass(frozen=True)
class Answers:
    """Right or wrong answers, from plain numbers; McNemar's test, or a t-test on clusters."""

    discordant: float
    """Share of the items that exactly one model has right."""
    cluster_size: float = 1.0
    icc: float = 0.0
    """Correlation of differences within clusters."""

    @property
    def design_effect(self) -> float:
        """1 + (m - 1) icc in clusters of m."""
        return 1 + (self.cluster_size - 1) * self.icc

    def required(self, difference: float, aim: Aim = CONVENTION) -> float:
        """Connor's formula, for clusters with t quantiles and times the design effect.

        Raises:
            ConfigError: more items would have to differ than do.
        """
        if difference > self.discordant:
            raise ConfigError(
                f"a difference of {difference:g} cannot come from {self.discordant:g} discordant "
                "items; give a smaller --difference, or --sd if scores are not right or wrong"
            )
        if self.cluster_size == 1:
            return self._items(difference, np.inf, aim)
        return _smallest(lambda df: self._items(difference, df, aim), self.cluster_size)

    def detectable(self, items: float, aim: Aim = CONVENTION) -> float:
        """The inverse of `required`; nan if not even all discordant items would make it."""
        df = np.inf if self.cluster_size == 1 else items / self.cluster_size - 1

        def spare(difference: float) -> float:
            return items - self._items(difference, df, aim)

        if spare(self.discordant) < 0:
            return NAN
        return float(optimize.brentq(spare, 1e-6 * self.discordant, self.discordant))

    def _items(self, difference: float, df: float, aim: Aim) -> float:
        return self.design_effect * connor(self.discordant, difference, aim, df)


@dataclass(frozen=True)
class Pilot:
    """What two models' results on a first set of items tell of a set like it of another size."""

    robust: Robust
    icc: float
    design_effect: float

    @classmethod
    def of(cls, paired: Paired) -> "Pilot":
        """From paired scores.

        Raises:
            ConfigError: they leave nothing to estimate an error from.
        """
        found = robust(paired.sums)
        if not found.se_cr2 > 0:
            raise ConfigError(
                f"nothing can be planned from this pilot: the models compare alike in all of its "
                f"clusters ({found.n_clusters}); take one with more items, or give --sd"
            )
        return cls(found, icc(paired), design_effect(paired))

    @property
    def cluster_size(self) -> float:
        """On average."""
        return self.robust.n / self.robust.n_clusters

    def required(self, difference: float, aim: Aim = CONVENTION) -> float:
        """As many times the pilot as its detectable difference is too large, squared."""
        reached = self.detectable(self.robust.n, aim)
        return self.cluster_size * clusters_required(self.robust.n_clusters, reached, difference)

    def detectable(self, items: float, aim: Aim = CONVENTION) -> float:
        """Errors shrink with the root of the items, degrees of freedom grow with the clusters."""
        count, growth = self.robust.n_clusters, items / self.robust.n
        df = self.robust.df * (growth * count - 1) / (count - 1)
        return mde(self.robust.se_cr2 / growth**0.5, df, aim.power, aim.alpha)


def _smallest(needed: Callable[[float], float], cluster_size: float) -> float:
    """Items that are as many as are needed with the degrees of freedom that they bring."""

    def lacking(items: float) -> float:
        return needed(items / cluster_size - 1) - items

    fewest = 2 * cluster_size
    if lacking(fewest) <= 0:
        return fewest
    return float(optimize.brentq(lacking, fewest, needed(1.0)))

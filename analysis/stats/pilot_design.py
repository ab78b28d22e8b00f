"""Planned comparison that is similar to a first one, but larger."""

from dataclasses import dataclass

from analysis.stats.clusters import Robust, design_effect, icc, robust
from analysis.stats.paired import Paired
from analysis.stats.power import (
    DEFAULT_TARGET,
    PowerTarget,
    minimum_detectable_difference,
    required_clusters,
)
from analysis.stats.power_planning import ExpectedError
from clue.errors import ConfigError


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
        return minimum_detectable_difference(*self.error(items), target.power, target.alpha)

    def error(self, items: float) -> ExpectedError:
        """CR2 error of the pilot, scaled to a number of items.

        >>> paired = Paired.of([*"abcd"], [*"wxyz"], [0, 0, 0, 0], [1, 1, 0, 0])
        >>> pilot = PilotDesign.of(paired)
        >>> round(pilot.error(16).se / pilot.error(4).se, 6), round(pilot.error(16).df, 6)
        (0.5, 15.0)
        """
        count, growth = self.robust.n_clusters, items / self.robust.n
        df = self.robust.df * (growth * count - 1) / (count - 1)
        return ExpectedError(self.robust.se_cr2 / growth**0.5, df)

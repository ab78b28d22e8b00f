"""Mixture of normal distributions: a posterior over the nodes of a grid."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.stats.paired import Array, Interval

TRIVIAL = 1e-9
"""Probability of a node that is left out of quantiles."""
HALVINGS = 45
"""Of the bracket of a quantile."""


@dataclass(frozen=True)
class NormalMixture:
    """Normal distributions of k cells at the nodes of the grid, with the nodes' probabilities."""

    mass: Array
    """Shape (nodes,)."""
    means: Array
    variances: Array
    """Shape (nodes, k)."""

    def without_trivial_nodes(self) -> "NormalMixture":
        """Leaves out the nodes that have hardly any probability."""
        keep = self.mass > TRIVIAL
        mass = self.mass[keep] / self.mass[keep].sum()
        return NormalMixture(mass, self.means[keep], self.variances[keep])

    def mean(self) -> Array:
        """Of each cell, shape (k,)."""
        return np.asarray(self.mass @ self.means)

    def sd(self) -> Array:
        """Standard deviation of each cell, shape (k,)."""
        squares = self.variances + (self.means - self.mean()) ** 2
        return np.asarray(np.sqrt(self.mass @ squares))

    def below(self, limits: Array) -> Array:
        """Probability of a value of at most the limit of each cell, shape (k,)."""
        distance = limits - self.means
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(distance == 0, 0.0, distance / np.sqrt(self.variances))
        return np.asarray(self.mass @ special.ndtr(z))

    def quantile(self, share: float) -> Array:
        """Quantile of each cell by bisection, shape (k,)."""
        reach = 10 * np.sqrt(self.variances)
        low, high = (self.means - reach).min(axis=0), (self.means + reach).max(axis=0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)

    def intervals(self) -> list[Interval]:
        """Central 95 % interval of each cell, k of them."""
        limits = zip(self.quantile(0.025), self.quantile(0.975), strict=True)
        return [Interval(float(low), float(high)) for low, high in limits]

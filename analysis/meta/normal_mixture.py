"""Mixture of normal distributions: a posterior over the nodes of a grid."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from analysis.stats.paired import Array, Interval

TRIVIAL = 1e-9
"""Probability of a node that is left out of quantiles."""
REACH = 10
"""Standard deviations from the means at which the search of a quantile begins."""
MOST_STEPS = 100
"""Of that search: steps of Newton's method, and halvings of the bracket where one is too long."""
REACHED = 1e-14
"""Step that ends the search, as a share of the first bracket."""
ROOT = float(1 / np.sqrt(2 * np.pi))


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

    @cached_property
    def _sds(self) -> Array:
        return np.asarray(np.sqrt(self.variances))

    @cached_property
    def _heights(self) -> Array:
        """Densities at the means times the mass, shape (nodes, k); 0 without variance."""
        with np.errstate(divide="ignore"):
            heights = np.where(self._sds > 0, ROOT / self._sds, 0.0)
        return np.asarray(self.mass[:, None] * heights)

    def _z(self, values: Array) -> Array:
        """Standardised values, shape (nodes, k); 0 where a normal without variance has its mean."""
        distance = values - self.means
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(distance == 0, 0.0, distance / self._sds)

    def below(self, limits: Array) -> Array:
        """Probability of a value of at most the limit of each cell, shape (k,)."""
        return np.asarray(self.mass @ special.ndtr(self._z(limits)))

    def _below_and_density(self, values: Array) -> tuple[Array, Array]:
        """Of each cell at its value, each shape (k,); no density where there is no variance."""
        z = self._z(values)
        below = self.mass @ special.ndtr(z)
        np.multiply(z, -z / 2, out=z)
        return np.asarray(below), np.einsum("ij,ij->j", self._heights, np.exp(z, out=z))

    def quantile(self, share: float) -> Array:
        """Quantile of each cell by Newton's method inside a bracket, shape (k,)."""
        low = (self.means - REACH * self._sds).min(axis=0)
        high = (self.means + REACH * self._sds).max(axis=0)
        step, close = high - low, REACHED * (high - low)
        value = np.clip(self.mean() + special.ndtri(share) * self.sd(), low, high)
        for _ in range(MOST_STEPS):
            below, density = self._below_and_density(value)
            low, high = np.where(below < share, value, low), np.where(below < share, high, value)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                newton = value + (share - below) / density
            shorter = np.abs(newton - value) <= np.maximum(step / 2, close)
            taken = shorter & (low <= newton) & (newton <= high)
            before, value = value, np.where(taken, newton, (low + high) / 2)
            step = np.abs(value - before)
            if bool((step <= close).all()):
                break
        return np.asarray(value)

    def intervals(self) -> list[Interval]:
        """Central 95 % interval of each cell, k of them."""
        limits = zip(self.quantile(0.025), self.quantile(0.975), strict=True)
        return [Interval(float(low), float(high)) for low, high in limits]

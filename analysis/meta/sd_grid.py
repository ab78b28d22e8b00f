"""Grid over standard deviations: Gauss-Legendre nodes where the posterior has its mass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from analysis.stats.paired import Array

LogDensity = Callable[[Sequence["SdAxis"]], Array]
"""Log density of the standard deviations at all nodes of the axes, up to a constant."""

SEARCH_NODES = 7, 25
"""On the axis of a group, and of the cells, while the mass is searched."""
FINAL_NODES = 17, 41
NEGLIGIBLE = 1e-6
"""Density below this share of the largest one is left out."""
MOST_SEARCHES = 10
SHRUNK = 0.75
"""Ends the search: no axis became shorter than this share of its length."""


@cache
def gauss_legendre(count: int) -> tuple[Array, Array]:
    """Nodes and weights of an integral from -1 to 1, each shape (count,)."""
    nodes, weights = special.roots_legendre(count)
    return np.asarray(nodes), np.asarray(weights)


@dataclass(frozen=True)
class SdAxis:
    """Nodes of one standard deviation on the scale x = log(1 + sd / unit).

    The scale is linear near 0, where the density is finite, and logarithmic in the tail.
    """

    unit: float
    """Size of a standard deviation that is neither near 0 nor in the tail."""
    low: float
    high: float
    """Limits of x."""
    count: int
    """Number of nodes."""

    @property
    def x(self) -> Array:
        """Nodes, shape (count,)."""
        return self.low + (self.high - self.low) * (gauss_legendre(self.count)[0] + 1) / 2

    @property
    def sd(self) -> Array:
        """Standard deviations, all positive, shape (count,)."""
        return np.asarray(self.unit * np.expm1(self.x))

    @property
    def log_weights(self) -> Array:
        """Log of the weights of an integral over the standard deviation, shape (count,)."""
        widths = gauss_legendre(self.count)[1] * (self.high - self.low) / 2
        return np.asarray(np.log(self.unit * widths) + self.x)

    def around(self, density: Array) -> "SdAxis":
        """The part that has the mass, with a node on both sides.

        Args:
            density: of x at the nodes, shape (count,).
        """
        inside = np.flatnonzero(density > NEGLIGIBLE * density.max())
        limits = np.concatenate(([self.low], self.x, [self.high]))
        return SdAxis(
            self.unit, float(limits[inside[0]]), float(limits[inside[-1] + 2]), self.count
        )

    def with_nodes(self, count: int) -> "SdAxis":
        """The same limits with another number of nodes."""
        return SdAxis(self.unit, self.low, self.high, count)

    def quantiles(self, mass: Array, shares: Sequence[float]) -> list[float]:
        """Quantiles of the standard deviation.

        The density is the polynomial through its values at the nodes.

        Args:
            mass: probability at each node, shape (count,).
            shares: of the quantiles, 0 to 1.
        """
        orders, nodes = np.arange(self.count)[:, None], gauss_legendre(self.count)[0]
        moments = special.eval_legendre(orders, nodes) @ mass
        fine = np.linspace(-1, 1, 4001)
        before = np.where(orders == 0, -1.0, special.eval_legendre(np.abs(orders - 1), fine))
        integrals = (special.eval_legendre(orders + 1, fine) - before) / 2
        rising = np.maximum.accumulate(moments @ integrals)
        at = np.interp(shares, rising / rising[-1], fine)
        x = self.low + (self.high - self.low) * (at + 1) / 2
        return [float(value) for value in self.unit * np.expm1(x)]


def located_axes(log_density: LogDensity, unit: float, largest: float, groups: int) -> list[SdAxis]:
    """Axes that cover the mass of the density: one for each group, then one for the cells.

    Args:
        log_density: of the standard deviations.
        unit: of the axes.
        largest: standard deviation above which there is no mass.
        groups: number of groups.
    """
    high = float(np.log1p(largest / unit))
    counts = [SEARCH_NODES[0]] * groups + [SEARCH_NODES[1]]
    axes = [SdAxis(unit, 0.0, high, count) for count in counts]
    for _ in range(MOST_SEARCHES):
        density = node_mass(log_density(axes), axes)
        closer = [
            axis.around(marginal(density, number) / gauss_legendre(axis.count)[1])
            for number, axis in enumerate(axes)
        ]
        before, axes = axes, closer
        if all(
            new.high - new.low > SHRUNK * (old.high - old.low)
            for old, new in zip(before, axes, strict=True)
        ):
            break
    finals = [FINAL_NODES[0]] * groups + [FINAL_NODES[1]]
    return [axis.with_nodes(count) for axis, count in zip(axes, finals, strict=True)]


def node_mass(log_density: Array, axes: Sequence[SdAxis]) -> Array:
    """Probability of each node; the sum is 1. Shape: the counts of the axes."""
    total = log_density
    for number, axis in enumerate(axes):
        shape = [1] * len(axes)
        shape[number] = axis.count
        total = total + axis.log_weights.reshape(shape)
    mass = np.exp(total - total.max())
    return np.asarray(mass / mass.sum())


def marginal(mass: Array, number: int) -> Array:
    """Probability of the nodes of one axis."""
    others = tuple(axis for axis in range(mass.ndim) if axis != number)
    return np.asarray(mass.sum(axis=others))

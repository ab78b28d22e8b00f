"""Normal model of cells with groups in common, given its standard deviations.

y = mu + groups + cell + error, with a flat prior on mu. Everything but the standard deviations has
a closed form (Gelman et al. 2013, chapter 5).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from analysis.meta.gls import as_covariance
from analysis.meta.sd_grid import SdAxis
from analysis.stats.paired import Array

FEWEST_CELLS = 3
WIDEST = 100.0
"""Largest standard deviation of the grid, as a multiple of the largest scale of the problem."""


@dataclass(frozen=True)
class HalfT:
    """Half-t prior of a standard deviation."""

    scale: float
    """In the unit of the estimates; inf: flat."""
    df: float = 3.0

    def log_density(self, sd: Array) -> Array:
        """Log of the density, up to a constant; the shape of `sd`."""
        if math.isinf(self.scale):
            return np.zeros_like(sd)
        return np.asarray(-(self.df + 1) / 2 * np.log1p((sd / self.scale) ** 2 / self.df))

    def log_density_at(self, axes: Sequence[SdAxis]) -> Array:
        """Log density of independent standard deviations at all nodes, up to a constant."""
        parts = np.ix_(*(self.log_density(axis.sd) for axis in axes))
        return np.asarray(sum(parts[1:], parts[0]))


@dataclass(frozen=True)
class Conditional:
    """The model given the standard deviations of the groups, for any one of the cells.

    One eigendecomposition of the covariance without the cells' own variance serves all of them.
    """

    y: Array
    sampling: Array
    shared: Array
    """Covariance that the groups add to the cells, shape (k, k)."""

    @cached_property
    def _eigen(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self.sampling + self.shared)
        return np.maximum(values, 0.0), np.asarray(vectors)

    @cached_property
    def _rotated(self) -> tuple[Array, Array]:
        """The constant and the estimates in the coordinates of the eigenvectors."""
        vectors = self._eigen[1]
        return np.asarray(vectors.sum(axis=0)), np.asarray(vectors.T @ self.y)

    def _weights(self, sd: Array) -> Array:
        return np.asarray(1 / (self._eigen[0] + sd[:, None] ** 2))

    def mu(self, sd: Array) -> tuple[Array, Array]:
        """Mean and variance of mu for standard deviations of the cells, each shape (nodes,)."""
        return self._mu(self._weights(sd))

    def _mu(self, weights: Array) -> tuple[Array, Array]:
        ones, rotated = self._rotated
        total = weights @ ones**2
        return weights @ (ones * rotated) / total, 1 / total

    def log_likelihood(self, sd: Array) -> Array:
        """Of the standard deviations, integrated over mu, up to a constant, shape (nodes,)."""
        weights = self._weights(sd)
        mu, variance = self._mu(weights)
        ones, rotated = self._rotated
        squares = weights * (rotated - mu[:, None] * ones) ** 2
        fit = np.log(weights).sum(axis=1) + np.log(variance) - squares.sum(axis=1)
        return np.asarray(fit / 2)

    def cells(self, sd: Array) -> tuple[Array, Array]:
        """Means and variances of the cells, each shape (nodes, k).

        With P the inverse covariance after the mean is removed, they are y - V P y and the diagonal
        of V - V P V: nothing but the error V is taken from a cell.
        """
        weights = self._weights(sd)
        mu, variance = self._mu(weights)
        ones, rotated = self._rotated
        gain = self.sampling @ self._eigen[1]
        means = self.y - (weights * (rotated - mu[:, None] * ones)) @ gain.T
        of_mu = ((weights * ones) @ gain.T) ** 2 * variance[:, None]
        variances = np.diag(self.sampling) - weights @ (gain**2).T + of_mu
        return means, np.maximum(variances, 0.0)


@dataclass(frozen=True)
class CellModel:
    """Centred estimates, their error, and the groups that have a standard deviation."""

    y: Array
    """Shape (k,)."""
    sampling: Array
    """Shape (k, k)."""
    same: Mapping[str, Array]
    """Group to a matrix that is 1 for two cells of one label, shape (k, k)."""
    prior: HalfT

    @classmethod
    def of(
        cls, y: Array, sampling: Array, groups: Mapping[str, Sequence[str]], prior: HalfT
    ) -> "CellModel":
        """Leaves out groups with one label only, and those with another label for each cell.

        Raises:
            ValueError: fewer than 3 cells, or lengths that differ.
        """
        lengths = {len(y), len(sampling), *(len(labels) for labels in groups.values())}
        if len(y) < FEWEST_CELLS or len(lengths) > 1:
            raise ValueError(
                f"the lengths of estimates, covariance and labels are {sorted(lengths)}: give the "
                f"same number of each, at least {FEWEST_CELLS}"
            )
        same = {
            name: (np.asarray(labels)[:, None] == np.asarray(labels)).astype(float)
            for name, labels in groups.items()
            if 1 < len(set(labels)) < len(labels)
        }
        return cls(y, as_covariance(sampling), same, prior)

    @property
    def unit(self) -> float:
        """Standard deviation that the axes resolve: the usual error, or the scale of the prior."""
        error = float(np.sqrt(np.median(np.diag(self.sampling))))
        return min(self.prior.scale, max(error, float(self.y.std()) / 1000)) or 1.0

    @property
    def largest(self) -> float:
        """Standard deviation above which there is no posterior mass."""
        error = float(np.sqrt(np.diag(self.sampling).max()))
        scales = [float(self.y.std()), error, self.unit, self.prior.scale]
        return WIDEST * max(filter(math.isfinite, scales))

    def conditionals(self, axes: Sequence[SdAxis]) -> list[Conditional]:
        """The model at every combination of the standard deviations of the groups."""
        none = np.zeros_like(self.sampling)
        matrices = list(self.same.values())
        return [
            Conditional(
                self.y,
                self.sampling,
                sum((sd**2 * same for sd, same in zip(sds, matrices, strict=True)), none),
            )
            for sds in product(*(axis.sd for axis in axes[:-1]))
        ]

    def log_posterior(self, axes: Sequence[SdAxis], models: Sequence[Conditional]) -> Array:
        """Of the standard deviations at all nodes, up to a constant; shape: the axes' counts."""
        likelihood = np.array([model.log_likelihood(axes[-1].sd) for model in models])
        shape = [axis.count for axis in axes]
        return np.asarray(likelihood.reshape(shape) + self.prior.log_density_at(axes))

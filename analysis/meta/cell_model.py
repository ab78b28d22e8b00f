"""Normal model of cells with groups in common.

y = mu + groups + cell + error, with a flat prior on mu.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.meta.cell_grid import CellGrid, ErrorBlock, error_blocks
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
class CellModel:
    """Centred estimates, their error, and the groups that have a standard deviation."""

    y: Array
    """Shape (k,)."""
    sampling: Array
    """Shape (k, k)."""
    members: Mapping[str, Array]
    """Group to a matrix that is 1 for a cell and its label, shape (k, labels); the group with most
    labels first, which is the order that decomposes the fewest large matrices."""
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
        members = {
            name: (np.asarray(labels)[:, None] == np.unique(labels)).astype(float)
            for name, labels in sorted(groups.items(), key=lambda group: -len(set(group[1])))
            if 1 < len(set(labels)) < len(labels)
        }
        return cls(y, as_covariance(sampling), members, prior)

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

    @cached_property
    def _blocks(self) -> Sequence[ErrorBlock]:
        return error_blocks(self.sampling)

    def grid(self, axes: Sequence[SdAxis], *, with_cells: bool) -> CellGrid:
        """The model at all nodes of the axes, of which the last one, the cells', comes first.

        Args:
            axes: of the groups in the order of `members`, then of the cells.
            with_cells: False: the posterior of mu and of the standard deviations only.
        """
        constant = np.ones((len(self.y), 1))
        columns = [constant, self.y[:, None], *list(self.members.values())[::-1]]
        grid = CellGrid.without_groups(
            self._blocks, np.hstack(columns), axes[-1].sd, with_cells=with_cells
        )
        for axis, indicators in zip(axes[:-1], self.members.values(), strict=True):
            grid = grid.with_group(indicators.shape[1], axis.sd)
        return grid

    def log_posterior(self, axes: Sequence[SdAxis], grid: CellGrid) -> Array:
        """Of the standard deviations at all nodes, up to a constant; shape: the axes' counts."""
        return np.moveaxis(grid.log_likelihood, 0, -1) + self.prior.log_density_at(axes)

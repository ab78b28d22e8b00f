"""Normal model of cells at all nodes of a grid over its standard deviations.

Everything but the standard deviations has a closed form (Gelman et al. 2013, chapter 5). The error
of the cells is decomposed once, outside the grid: the cells' own variance only adds to its
eigenvalues. A group adds a matrix of low rank, one column for each label, so the model with it
follows from the one without it by the Woodbury identity and the matrix determinant lemma.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from analysis.stats.paired import Array


@dataclass(frozen=True)
class ErrorBlock:
    """Eigendecomposition of the error of cells that share errors with no other cell."""

    cells: NDArray[np.intp]
    """Their indices, shape (b,)."""
    values: Array
    """Eigenvalues, at least 0, shape (b,)."""
    vectors: Array
    """Eigenvectors as columns, shape (b, b)."""


def error_blocks(sampling: Array) -> list[ErrorBlock]:
    """Returns the blocks of a covariance of errors, shape (k, k)."""
    number, block_of_cell = connected_components(sampling != 0, directed=False)
    blocks = []
    for block in range(number):
        cells = np.flatnonzero(block_of_cell == block)
        values, vectors = np.linalg.eigh(sampling[np.ix_(cells, cells)])
        blocks.append(ErrorBlock(cells, np.maximum(values, 0.0), vectors))
    return blocks


@dataclass(frozen=True)
class CellGrid:
    """The model at every node; `...` are the axes of the nodes, the cells' own one first.

    S is the covariance of the estimates at a node and V that of their errors. C has the columns of
    the constant, of the estimates, and of the labels of all groups that S does not contain yet.
    """

    products: Array
    """C' S^-1 C, shape (..., c, c)."""
    log_det: Array
    """Log of the determinant of S, shape (...)."""
    gains: Array
    """V S^-1 C, shape (..., k, c); k = 0 in a grid without cells."""
    explained: Array
    """Diagonal of V S^-1 V, shape (..., k)."""

    @classmethod
    def without_groups(
        cls, blocks: Sequence[ErrorBlock], columns: Array, sd: Array, with_cells: bool
    ) -> "CellGrid":
        """The model of cells that have no group in common.

        Args:
            blocks: of the error.
            columns: C, shape (k, c).
            sd: standard deviations of the cells, shape (nodes,).
            with_cells: False: the posterior of mu and of the standard deviations only.
        """
        k, width = columns.shape
        products, log_det = np.zeros((len(sd), width, width)), np.zeros(len(sd))
        gains, explained = np.zeros((len(sd), k, width)), np.zeros((len(sd), k))
        for block in blocks:
            total = block.values + sd[:, None] ** 2
            rotated = block.vectors.T @ columns[block.cells]
            products += rotated.T @ (rotated / total[..., None])
            log_det += np.log(total).sum(axis=1)
            if with_cells:
                share = block.values / total
                gains[:, block.cells] = block.vectors @ (share[..., None] * rotated)
                explained[:, block.cells] = (share * block.values) @ (block.vectors**2).T
        cells = slice(k if with_cells else 0)
        return cls(products, log_det, gains[:, cells], explained[:, cells])

    def with_group(self, labels: int, sd: Array) -> "CellGrid":
        """Adds the group that has the last columns; its nodes are a new last axis.

        Args:
            labels: number of the group's labels.
            sd: standard deviations of the group, shape (nodes,).
        """
        values, vectors = np.linalg.eigh(self.products[..., -labels:, -labels:])
        scaled = sd[:, None] ** 2 * np.maximum(values, 0.0)[..., None, :]
        weights = sd[:, None] ** 2 / (1 + scaled)
        cross = (self.products[..., :-labels, -labels:] @ vectors)[..., None, :, :]
        update = np.swapaxes(cross * weights[..., None, :], -1, -2)
        gains = self.gains[..., -labels:] @ vectors
        return CellGrid(
            self.products[..., None, :-labels, :-labels] - cross @ update,
            self.log_det[..., None] + np.log1p(scaled).sum(axis=-1),
            self.gains[..., None, :, :-labels] - gains[..., None, :, :] @ update,
            self.explained[..., None, :] - weights @ np.swapaxes(gains**2, -1, -2),
        )

    @property
    def mu(self) -> tuple[Array, Array]:
        """Mean and variance of mu, once all groups are added, each shape (...)."""
        precision = self.products[..., 0, 0]
        return self.products[..., 0, 1] / precision, 1 / precision

    @property
    def log_likelihood(self) -> Array:
        """Of the standard deviations, integrated over mu, up to a constant, shape (...)."""
        mu, variance = self.mu
        squares = self.products[..., 1, 1] - mu**2 / variance
        return np.asarray((np.log(variance) - self.log_det - squares) / 2)

    def cells(self, y: Array, variances: Array) -> tuple[Array, Array]:
        """Means and variances of the cells, once all groups are added, each shape (..., k).

        With P the inverse of S after the mean is removed, they are y - V P y and the diagonal of
        V - V P V: nothing but the error is taken from a cell.

        Args:
            y: the estimates, shape (k,).
            variances: of their errors, the diagonal of V, shape (k,).
        """
        mu, of_mu = self.mu
        constant, estimates = self.gains[..., 0], self.gains[..., 1]
        means = y - (estimates - mu[..., None] * constant)
        remaining = variances - self.explained + constant**2 * of_mu[..., None]
        return means, np.maximum(remaining, 0.0)

"""Cluster-robust errors of a generalised least squares fit (Pustejovsky and Tipton 2018)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.meta.gls import Gls
from analysis.stats.paired import Array

NEGLIGIBLE = 1e-12
"""Eigenvalues below this share of the largest are taken as 0 when a root is inverted."""


@dataclass(frozen=True)
class Sandwich:
    """Robust variance of one combination of the coefficients."""

    variance: float
    df: float
    """Satterthwaite's, under the working covariance; nan if it has none."""

    @property
    def se(self) -> float:
        """Standard error."""
        return float(np.sqrt(self.variance))


def cr2(fit: Gls, groups: NDArray[np.intp], contrast: Array) -> Sandwich:
    """CR2 variance and Satterthwaite degrees of freedom of contrast' beta.

    The working covariance is the fit's own `phi`, its weights the inverse, and adjustment matrices
    use Cholesky roots: what clubSandwich computes where groups do not covary. Where they do (pairs
    of different bases answer the same items), the cross-group part of the variance is taken from
    `phi`, which is known from thousands of items; below 0 it is taken as 0.

    Args:
        fit: at the estimated components.
        groups: number of each estimate's group, shape (k,).
        contrast: shape (p,).
    """
    direction = fit.gain.T @ contrast
    """What each estimate weighs in contrast' beta, shape (k,)."""
    explained = fit.design @ fit.cov @ fit.design.T
    names = np.unique(groups)
    columns = np.zeros((len(fit.y), len(names)))
    for place, name in enumerate(names):
        inside = groups == name
        block = np.ix_(inside, inside)
        columns[inside, place] = direction[inside] @ _adjustment(fit.phi[block], explained[block])
    across = float(direction @ np.where(groups[:, None] == groups, 0.0, fit.phi) @ direction)
    known = max(across, 0.0)
    return _sandwich(fit, columns, known)


def _sandwich(fit: Gls, columns: Array, known: float) -> Sandwich:
    """From the adjusted weights, a column per group."""
    residual = fit.y - fit.design @ fit.beta
    variance = float(((columns.T @ residual) ** 2).sum()) + known
    projected = columns - fit.gain.T @ (fit.design.T @ columns)
    cross = projected.T @ fit.phi @ projected
    expected = float(np.trace(cross)) + known
    noise = float((cross**2).sum())
    return Sandwich(variance, expected**2 / noise if noise > 0 else float("nan"))


def _adjustment(phi: Array, explained: Array) -> Array:
    """A with A (phi - explained) A' = phi: A = D' (D (phi - explained) D')^(-1/2) D, phi = D'D."""
    upper = np.linalg.cholesky(phi).T
    values, vectors = np.linalg.eigh(upper @ (phi - explained) @ upper.T)
    kept = values > NEGLIGIBLE * np.abs(values).max(initial=0.0)
    roots = np.where(kept, np.where(kept, values, 1.0) ** -0.5, 0.0)
    return np.asarray(upper.T @ (vectors * roots) @ vectors.T @ upper)

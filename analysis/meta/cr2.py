"""Cluster-robust errors of a generalised least squares fit (Pustejovsky and Tipton 2018)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.meta.gls import Gls
from analysis.stats.paired import Array

NEGLIGIBLE = 1e-12
"""Eigenvalues below this share of the largest count as 0 in the inverse square root."""


@dataclass(frozen=True)
class Sandwich:
    """Robust variance of a linear combination of the coefficients."""

    variance: float
    df: float
    """Satterthwaite degrees of freedom under the working covariance; nan if undefined."""

    @property
    def se(self) -> float:
        """Standard error."""
        return float(np.sqrt(self.variance))


def cr2(fit: Gls, groups: NDArray[np.intp], contrast: Array) -> Sandwich:
    """CR2 variance and Satterthwaite degrees of freedom of contrast' beta.

    The working covariance is the fit's own `phi`, the weights are its inverse, and the adjustment
    matrices use Cholesky roots. Without covariance between groups this is what clubSandwich
    computes. With it (pairs of different bases answer the same items), the cross-group part of the
    variance comes from `phi`, which thousands of items determine; a negative part counts as 0.

    Args:
        fit: fit at the estimated variance components.
        groups: group number of each estimate, shape (k,).
        contrast: weights of the coefficients, shape (p,).
    """
    direction = fit.gain.T @ contrast
    """Weight of each estimate in contrast' beta, shape (k,)."""
    explained = fit.design @ fit.cov @ fit.design.T
    numbers = np.unique(groups)
    adjusted = np.zeros((len(fit.y), len(numbers)))
    for column, number in enumerate(numbers):
        inside = groups == number
        block = np.ix_(inside, inside)
        adjusted[inside, column] = direction[inside] @ _adjustment(fit.phi[block], explained[block])
    across = float(direction @ np.where(groups[:, None] == groups, 0.0, fit.phi) @ direction)
    return _sandwich(fit, adjusted, max(across, 0.0))


def _sandwich(fit: Gls, adjusted: Array, across: float) -> Sandwich:
    """Variance from adjusted weights (one column per group) and the part across groups."""
    residual = fit.y - fit.design @ fit.beta
    variance = float(((adjusted.T @ residual) ** 2).sum()) + across
    projected = adjusted - fit.gain.T @ (fit.design.T @ adjusted)
    cross = projected.T @ fit.phi @ projected
    expected = float(np.trace(cross)) + across
    noise = float((cross**2).sum())
    return Sandwich(variance, expected**2 / noise if noise > 0 else float("nan"))


def _adjustment(phi: Array, explained: Array) -> Array:
    """Matrix A with A (phi - explained) A' = phi.

    A = D' (D (phi - explained) D')^(-1/2) D, where phi = D'D.
    """
    upper = np.linalg.cholesky(phi).T
    values, vectors = np.linalg.eigh(upper @ (phi - explained) @ upper.T)
    positive = values > NEGLIGIBLE * np.abs(values).max(initial=0.0)
    roots = np.where(positive, np.where(positive, values, 1.0) ** -0.5, 0.0)
    return np.asarray(upper.T @ (vectors * roots) @ vectors.T @ upper)

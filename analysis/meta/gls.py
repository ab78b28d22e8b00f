"""Generalised least squares with a known covariance: one step of every model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.lapack import dtrtri

from analysis.stats.paired import Array


@dataclass(frozen=True)
class Gls:
    """Fit of y = X beta + error; the error has covariance `phi`."""

    y: Array
    """Shape (k,)."""
    design: Array
    """X, shape (k, p)."""
    phi: Array
    """Shape (k, k), positive definite."""

    @cached_property
    def _whitening(self) -> Array:
        """Inverse of the lower Cholesky factor of `phi`, shape (k, k).

        Calls LAPACK directly: `solve_triangular` starts threads for a matrix of 12 rows and, on a
        busy machine, waits for them a thousand times longer than it computes.
        """
        inverse, _ = dtrtri(np.linalg.cholesky(self.phi), lower=1)
        return np.asarray(inverse)

    @cached_property
    def _white(self) -> Array:
        """X whitened: errors are independent with variance 1, shape (k, p)."""
        return self._whitening @ self.design

    @cached_property
    def cov(self) -> Array:
        """Model-based covariance of the coefficients, (X'WX)^-1, shape (p, p)."""
        return np.linalg.inv(self._white.T @ self._white)

    @cached_property
    def beta(self) -> Array:
        """Coefficients, shape (p,)."""
        return self.cov @ (self._white.T @ (self._whitening @ self.y))

    @cached_property
    def _white_residual(self) -> Array:
        return self._whitening @ (self.y - self.design @ self.beta)

    @cached_property
    def gain(self) -> Array:
        """Matrix that maps y to the coefficients, shape (p, k)."""
        return self.cov @ (self._white.T @ self._whitening)

    @cached_property
    def projection(self) -> Array:
        """P = W - WX(X'WX)^-1 X'W with W the inverse of `phi`, shape (k, k)."""
        explained = self._white @ self.cov @ (self._white.T @ self._whitening)
        return self._whitening.T @ (self._whitening - explained)

    @cached_property
    def residual(self) -> Array:
        """P y, shape (k,)."""
        return self._whitening.T @ self._white_residual

    @property
    def q(self) -> float:
        """Residual quadratic form; Cochran's Q if `phi` is the sampling covariance."""
        return float(self._white_residual @ self._white_residual)

    @cached_property
    def fitness(self) -> float:
        """Part of the restricted log-likelihood that depends on `phi`."""
        log_root = np.log(np.diag(self._whitening)).sum()
        log_cov = np.linalg.slogdet(self.cov)[1]
        return float(log_root + (log_cov - self.q) / 2)

    @property
    def log_likelihood(self) -> float:
        """Restricted log-likelihood, with the term ln|X'X| / 2 that removes the scale of X."""
        k, p = self.design.shape
        log_design = np.linalg.slogdet(self.design.T @ self.design)[1]
        return float(self.fitness + (log_design - (k - p) * np.log(2 * np.pi)) / 2)


def as_covariance(sampling: Array) -> Array:
    """Returns a covariance matrix for variances, shape (k,), or for a matrix, shape (k, k)."""
    array = np.asarray(sampling, dtype=float)
    return np.diag(array) if array.ndim == 1 else array


def intercept(k: int) -> Array:
    """Design matrix of a plain mean, shape (k, 1)."""
    return np.ones((k, 1))

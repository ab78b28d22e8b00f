"""Generalised least squares with a known covariance: the step inside every model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.lapack import dtrtri

from analysis.stats.paired import Array


@dataclass(frozen=True)
class Gls:
    """The fit of y = X beta + error, error with covariance `phi`."""

    y: Array
    """Shape (k,)."""
    design: Array
    """X, shape (k, p)."""
    phi: Array
    """Shape (k, k), positive definite."""

    @cached_property
    def _whitening(self) -> Array:
        """Inverse of the lower Cholesky factor of `phi`, shape (k, k).

        By LAPACK's routine itself: `solve_triangular` starts threads for a matrix of 12 rows and,
        on a busy machine, waits for them a thousand times longer than it computes.
        """
        inverse, _ = dtrtri(np.linalg.cholesky(self.phi), lower=1)
        return np.asarray(inverse)

    @cached_property
    def _white(self) -> Array:
        """X with independent errors of variance 1, shape (k, p)."""
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
        """What turns y into the coefficients, shape (p, k)."""
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
        """Residual quadratic form: Cochran's Q where `phi` is the sampling covariance."""
        return float(self._white_residual @ self._white_residual)

    @cached_property
    def fitness(self) -> float:
        """The part of the restricted log-likelihood that depends on `phi`."""
        log_root = np.log(np.diag(self._whitening)).sum()
        log_cov = np.linalg.slogdet(self.cov)[1]
        return float(log_root + (log_cov - self.q) / 2)

    @property
    def log_likelihood(self) -> float:
        """Restricted log-likelihood, with the term ln|X'X| / 2 that makes it free of X's scale."""
        k, p = self.design.shape
        log_design = np.linalg.slogdet(self.design.T @ self.design)[1]
        return float(self.fitness + (log_design - (k - p) * np.log(2 * np.pi)) / 2)


def full(variances: Array) -> Array:
    """A covariance matrix, of variances (shape (k,)) or of itself (shape (k, k))."""
    given = np.asarray(variances, dtype=float)
    return np.diag(given) if given.ndim == 1 else given


def intercept(k: int) -> Array:
    """The design of a plain mean, shape (k, 1)."""
    return np.ones((k, 1))

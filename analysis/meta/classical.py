"""Usual two-level analyses, for comparison: they treat the estimates as independent.

Their intervals are too narrow if pairs share a base model or a family.
"""

from dataclasses import dataclass

import numpy as np

from analysis.meta.gls import Gls, as_covariance, intercept
from analysis.meta.reml import reml
from analysis.stats.paired import Array, Interval
from clue import student_t

INF = float("inf")


@dataclass(frozen=True)
class PooledMean:
    """A pooled mean; its intervals follow the convention of the method."""

    mu: float
    se: float
    tau2: float
    df: float
    """Degrees of freedom of the t distribution of both intervals; inf: normal distribution."""

    @property
    def ci95(self) -> Interval:
        """95 % confidence interval of the mean."""
        return self._around(self.se)

    @property
    def pi95(self) -> Interval:
        """95 % prediction interval of another true effect: variance se^2 + tau2."""
        return self._around(float(np.sqrt(self.se**2 + self.tau2)))

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that the mean is 0."""
        return (
            2 * student_t.upper_tail(abs(self.mu) / self.se, self.df) if self.se else float("nan")
        )

    def _around(self, se: float) -> Interval:
        half_width = student_t.quantile(0.975, self.df) * se
        return Interval(self.mu - half_width, self.mu + half_width)


def fixed_effect(y: Array, sampling: Array) -> PooledMean:
    """Inverse-variance mean without heterogeneity, normal intervals."""
    return _pooled_mean(_mean(y, as_covariance(sampling)), 0.0)


def cochran_q(y: Array, sampling: Array) -> float:
    """Cochran's Q: chi-squared with k - 1 degrees of freedom if there is no heterogeneity."""
    return _mean(y, as_covariance(sampling)).q


def i2(sampling: Array, tau2: float) -> float:
    """Share of heterogeneity in the total variance, 0 to 1 (Higgins and Thompson 2002).

    The typical sampling variance is (k - 1) / tr(P), which allows correlated errors.
    """
    joint = as_covariance(sampling)
    k = len(joint)
    typical = (k - 1) / float(np.trace(_mean(np.zeros(k), joint).projection))
    return tau2 / (tau2 + typical)


def wald(y: Array, sampling: Array) -> PooledMean:
    """Two-level REML with normal intervals."""
    joint = as_covariance(sampling)
    fit = reml(y, intercept(len(y)), joint, [np.eye(len(y))])
    return _pooled_mean(fit.gls, float(fit.tau2[0]))


def dersimonian_laird(y: Array, variances: Array) -> PooledMean:
    """Moment estimator of heterogeneity, normal intervals (DerSimonian and Laird 1986).

    Args:
        y: estimates, shape (k,).
        variances: shape (k,), or a covariance, of which only the diagonal is used.
    """
    within = np.diag(as_covariance(variances))
    w = 1 / within
    q = cochran_q(y, within)
    tau2 = max(0.0, (q - (len(y) - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    return _pooled_mean(_mean(y, np.diag(within + tau2)), tau2)


def hartung_knapp(y: Array, variances: Array) -> PooledMean:
    """Two-level REML with the Hartung-Knapp-Sidik-Jonkman error, t with k - 1 degrees of freedom.

    The error may be smaller than the model-based one. The prediction interval uses the same error
    and the same t distribution.

    Args:
        y: estimates, shape (k,).
        variances: shape (k,), or a covariance, of which only the diagonal is used.
    """
    within = np.diag(np.diag(as_covariance(variances)))
    fit = reml(y, intercept(len(y)), within, [np.eye(len(y))])
    df = len(y) - 1
    se = float(np.sqrt(fit.gls.q / df * fit.gls.cov[0, 0]))
    return PooledMean(float(fit.gls.beta[0]), se, float(fit.tau2[0]), float(df))


def _mean(y: Array, phi: Array) -> Gls:
    return Gls(np.asarray(y, dtype=float), intercept(len(y)), phi)


def _pooled_mean(fit: Gls, tau2: float) -> PooledMean:
    return PooledMean(float(fit.beta[0]), float(np.sqrt(fit.cov[0, 0])), tau2, INF)

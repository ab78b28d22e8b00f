"""The two-level model's usual analyses, for comparison: they take the estimates as independent.

Their intervals are too narrow where pairs share a base model or a family.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.meta.gls import Gls, full, intercept
from analysis.meta.reml import reml
from analysis.stats.paired import Array, Interval

INF = float("inf")


@dataclass(frozen=True)
class Pooled:
    """A pooled mean under one method's own convention for its intervals."""

    mu: float
    se: float
    tau2: float
    df: float
    """Of the t law of both intervals; inf = normal."""

    @property
    def ci95(self) -> Interval:
        """Interval of the mean."""
        return self._around(self.se)

    @property
    def pi95(self) -> Interval:
        """Where another true effect is expected: variance se^2 + tau2."""
        return self._around(float(np.sqrt(self.se**2 + self.tau2)))

    @property
    def p(self) -> float:
        """Two-sided p of "the mean is 0"."""
        return float(2 * stats.t.sf(abs(self.mu) / self.se, self.df)) if self.se else float("nan")

    def _around(self, se: float) -> Interval:
        reach = float(stats.t.ppf(0.975, self.df)) * se
        return Interval(self.mu - reach, self.mu + reach)


def fixed_effect(y: Array, sampling: Array) -> Pooled:
    """Inverse-variance mean without heterogeneity; normal."""
    return _pooled(_mean(y, full(sampling)), 0.0)


def cochran_q(y: Array, sampling: Array) -> float:
    """Cochran's Q, chi-squared with k - 1 degrees of freedom without heterogeneity."""
    return _mean(y, full(sampling)).q


def i2(sampling: Array, tau2: float) -> float:
    """Share of the total variance that is heterogeneity, 0 to 1 (Higgins and Thompson 2002).

    The typical sampling variance is (k - 1) / tr(P), which takes correlated errors too.
    """
    joint = full(sampling)
    k = len(joint)
    typical = (k - 1) / float(np.trace(_mean(np.zeros(k), joint).projection))
    return tau2 / (tau2 + typical)


def wald(y: Array, sampling: Array) -> Pooled:
    """Two-level REML with normal intervals."""
    joint = full(sampling)
    fit = reml(y, intercept(len(y)), joint, [np.eye(len(y))])
    return _pooled(fit.gls, float(fit.tau2[0]))


def dersimonian_laird(y: Array, variances: Array) -> Pooled:
    """Moment estimator of heterogeneity, normal intervals (DerSimonian and Laird 1986).

    Args:
        y: estimates, shape (k,).
        variances: shape (k,), or a covariance, of which only the diagonal is used.
    """
    within = np.diag(full(variances))
    w = 1 / within
    q = cochran_q(y, within)
    tau2 = max(0.0, (q - (len(y) - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    return _pooled(_mean(y, np.diag(within + tau2)), tau2)


def hartung_knapp(y: Array, variances: Array) -> Pooled:
    """Two-level REML with the Hartung-Knapp-Sidik-Jonkman error, t with k - 1 degrees of freedom.

    The error is not kept from being smaller than the model-based one. The prediction interval uses
    the same error and the same t.

    Args:
        y: estimates, shape (k,).
        variances: shape (k,), or a covariance, of which only the diagonal is used.
    """
    within = np.diag(np.diag(full(variances)))
    fit = reml(y, intercept(len(y)), within, [np.eye(len(y))])
    df = len(y) - 1
    se = float(np.sqrt(fit.gls.q / df * fit.gls.cov[0, 0]))
    return Pooled(float(fit.gls.beta[0]), se, float(fit.tau2[0]), float(df))


def _mean(y: Array, phi: Array) -> Gls:
    return Gls(np.asarray(y, dtype=float), intercept(len(y)), phi)


def _pooled(fit: Gls, tau2: float) -> Pooled:
    return Pooled(float(fit.beta[0]), float(np.sqrt(fit.cov[0, 0])), tau2, INF)

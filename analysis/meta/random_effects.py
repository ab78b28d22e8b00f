"""Mean over a population of pairs: random effects of pairs within families, robust by family."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.meta.classical import PooledMean
from analysis.meta.cr2 import cr2
from analysis.meta.gls import as_covariance, intercept
from analysis.meta.reml import RemlFit, reml
from analysis.stats.paired import Array, Interval
from clue.common.plural import counted

MIN_FAMILIES = 4
MIN_DF = 3.0
FEW_DF = 4.5
"""Fewer degrees of freedom give a warning."""
SINGULAR = 1e-12
"""A smallest eigenvalue below this share of the largest is rounding error."""
NAN = float("nan")


@dataclass(frozen=True)
class RandomEffects:
    """Mean of a population of pairs with its uncertainty, or the reason for its refusal."""

    n_pairs: int
    n_families: int
    mu: float = NAN
    """GLS mean at the REML variance components."""
    se: float = NAN
    """Model-based standard error."""
    se_cr2: float = NAN
    """Cluster-robust standard error; clusters are families."""
    df: float = NAN
    """Satterthwaite degrees of freedom of `se_cr2`."""
    tau2_family: float | None = None
    """Variance between families; None if the model has no such component."""
    tau2_pair: float = NAN
    """Variance between pairs of a family."""
    log_likelihood: float = NAN
    """Restricted log-likelihood."""
    refused: str | None = None
    """Reason why there is no interval; all numbers but `df` are then nan."""
    warnings: tuple[str, ...] = ()

    @property
    def tau2(self) -> float:
        """Variance between pairs of different families."""
        return self.tau2_pair + (self.tau2_family or 0.0)

    @property
    def robust(self) -> PooledMean:
        """Mean with its robust standard error and t intervals."""
        return PooledMean(self.mu, self.se_cr2, self.tau2, self.df)

    @property
    def ci95(self) -> Interval:
        """95 % t interval of the mean."""
        return self.robust.ci95

    @property
    def pi95(self) -> Interval:
        """95 % prediction interval of the true effect of a pair of another family."""
        return self.robust.pi95

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that the mean is 0."""
        return self.robust.p


def random_effects(
    y: Array, sampling: Array, families: Sequence[str] | None = None
) -> RandomEffects:
    """Estimates the mean by REML for pairs within families, with CR2 by family, Satterthwaite t.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: family of each estimate, shape (k,); None: every estimate is its own family,
            and the model has one variance component.

    Returns:
        Refused with fewer than 4 families, fewer than 3 degrees of freedom or a singular
        covariance. Carries a warning with fewer than 4.5 degrees of freedom.
    """
    estimates, joint = np.asarray(y, dtype=float), as_covariance(sampling)
    groups = family_codes(families, len(estimates))
    n_pairs, n_families = len(estimates), len(np.unique(groups))
    if n_families < MIN_FAMILIES:
        reason = too_few_families(n_families, families is not None)
        return RandomEffects(n_pairs, n_families, refused=reason)
    if not positive_definite(joint):
        return RandomEffects(n_pairs, n_families, refused="the error covariance is singular")
    fit = fit_reml(estimates, intercept(n_pairs), joint, groups)
    robust = cr2(fit.gls, groups, np.ones(1))
    if not enough_df(robust.df):
        reason = too_few_df(robust.df)
        return RandomEffects(n_pairs, n_families, df=robust.df, refused=reason)
    tau2_family = None if families is None else float(fit.tau2[1:].sum())
    return RandomEffects(
        n_pairs,
        n_families,
        mu=float(fit.gls.beta[0]),
        se=float(np.sqrt(fit.gls.cov[0, 0])),
        se_cr2=robust.se,
        df=robust.df,
        tau2_family=tau2_family,
        tau2_pair=float(fit.tau2[0]),
        log_likelihood=fit.gls.log_likelihood,
        warnings=_warnings(robust.df, n_families, n_pairs, families is not None),
    )


def fit_reml(
    y: Array,
    design: Array,
    joint: Array,
    groups: NDArray[np.intp],
    start: Array | None = None,
) -> RemlFit:
    """Fits a design, shape (k, p), without any check of its precision; `start` as in `reml`.

    The components are pairs and families. The family component is left out if every pair is its
    own family or if there is only one family.
    """
    components = [np.eye(len(y))]
    if 1 < len(np.unique(groups)) < len(y):
        components.append((groups[:, None] == groups).astype(float))
    near = None if start is None or len(start) != len(components) else start
    return reml(y, design, joint, components, near)


def family_codes(families: Sequence[str] | None, k: int) -> NDArray[np.intp]:
    """Family number of each estimate, shape (k,)."""
    if families is None:
        return np.arange(k)
    _, numbered = np.unique(np.asarray(families), return_inverse=True)
    return np.asarray(numbered, dtype=np.intp)


def positive_definite(joint: Array) -> bool:
    """True if a covariance can be inverted without losing all digits."""
    values = np.linalg.eigvalsh(joint)
    return bool(values[0] > SINGULAR * values[-1])


def enough_df(df: float) -> bool:
    """True if the degrees of freedom suffice for an interval; four equal families have 3."""
    return round(df, 9) >= MIN_DF


def too_few_families(number: int, grouped: bool = True) -> str:
    """Reason for a refusal: the number of families, or of estimates without families."""
    words = ("family is", "families are") if grouped else ("estimate is", "estimates are")
    return f"{counted(number, *words)} too few to speak of others: {MIN_FAMILIES} are needed"


def too_few_df(df: float) -> str:
    """Reason for a refusal: the degrees of freedom."""
    return f"{df:.2f} degrees of freedom are too few for an interval: {MIN_DF:g} are needed"


def _warnings(df: float, n_families: int, n_pairs: int, grouped: bool) -> tuple[str, ...]:
    warnings = []
    if df < FEW_DF:
        warnings.append(f"few families: the interval rests on {df:.1f} degrees of freedom")
    if grouped and n_families == n_pairs:
        warnings.append("every family has one pair: tau2_pair holds both components")
    return tuple(warnings)

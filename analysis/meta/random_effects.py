"""The mean over a population of pairs: random effects of pairs in families, robust by family."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.meta.cr2 import cr2
from analysis.meta.gls import full, intercept
from analysis.meta.reml import Fit, reml
from analysis.stats.paired import Array, Interval
from clue.common.plural import counted

MIN_FAMILIES = 4
MIN_DF = 3.0
FEW_DF = 4.5
SINGULAR = 1e-12
"""Share of the largest eigenvalue below which the smallest is rounding."""
NAN = float("nan")


@dataclass(frozen=True)
class Headline:
    """A population mean with its uncertainty, or the reason why none is given."""

    n_pairs: int
    n_families: int
    mu: float = NAN
    """GLS mean at the REML components."""
    se: float = NAN
    """Model-based standard error."""
    se_cr2: float = NAN
    """Robust standard error, by family."""
    df: float = NAN
    """Satterthwaite degrees of freedom of `se_cr2`."""
    tau2_family: float | None = None
    """Variance between families; None where the model has no such component."""
    tau2_pair: float = NAN
    """Variance between pairs of a family."""
    log_likelihood: float = NAN
    """Restricted."""
    refused: str | None = None
    """Why there is no interval; all numbers but `df` are then nan."""
    warnings: tuple[str, ...] = ()

    @property
    def tau2(self) -> float:
        """Variance between pairs of different families."""
        return self.tau2_pair + (self.tau2_family or 0.0)

    @property
    def ci95(self) -> Interval:
        """Of the mean, by the t law."""
        return self._around(self.se_cr2)

    @property
    def pi95(self) -> Interval:
        """Where the true effect of another pair of another family is expected."""
        return self._around(float(np.sqrt(self.se_cr2**2 + self.tau2)))

    @property
    def p(self) -> float:
        """Two-sided p of "the mean is 0"."""
        return float(2 * stats.t.sf(abs(self.mu) / self.se_cr2, self.df)) if self.se_cr2 else NAN

    def _around(self, se: float) -> Interval:
        reach = float(stats.t.ppf(0.975, self.df)) * se
        return Interval(self.mu - reach, self.mu + reach)


def random_effects(y: Array, sampling: Array, families: Sequence[str] | None = None) -> Headline:
    """Mean effect by REML for pairs within families, CR2 by family, Satterthwaite t.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: of each estimate, shape (k,); None: every estimate is a family of its own, and
            the model has one component.

    Returns:
        Refused with fewer than 4 families, fewer than 3 degrees of freedom or a singular
        covariance; with fewer than 4.5 degrees of freedom it warns.
    """
    estimates, joint = np.asarray(y, dtype=float), full(sampling)
    groups = codes(families, len(estimates))
    n_pairs, n_families = len(estimates), len(np.unique(groups))
    if n_families < MIN_FAMILIES:
        return Headline(n_pairs, n_families, refused=few(n_families, families is not None))
    if not positive_definite(joint):
        return Headline(n_pairs, n_families, refused="the error covariance is singular")
    fit = at_reml(estimates, intercept(n_pairs), joint, groups)
    robust = cr2(fit.gls, groups, np.ones(1))
    if not enough(robust.df):
        return Headline(n_pairs, n_families, df=robust.df, refused=weak(robust.df))
    tau2_family = None if families is None else float(fit.tau2[1:].sum())
    return Headline(
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


def at_reml(
    y: Array,
    design: Array,
    joint: Array,
    groups: NDArray[np.intp],
    start: Array | None = None,
) -> Fit:
    """The fit of design (k, p), whatever it is worth; `start` as in `reml`.

    Components are: pairs, then families, unless every pair is a family or all are one.
    """
    components = [np.eye(len(y))]
    if 1 < len(np.unique(groups)) < len(y):
        components.append((groups[:, None] == groups).astype(float))
    near = None if start is None or len(start) != len(components) else start
    return reml(y, design, joint, components, near)


def codes(families: Sequence[str] | None, k: int) -> NDArray[np.intp]:
    """Number of each estimate's family, shape (k,)."""
    if families is None:
        return np.arange(k)
    _, numbered = np.unique(np.asarray(families), return_inverse=True)
    return np.asarray(numbered, dtype=np.intp)


def positive_definite(joint: Array) -> bool:
    """Whether a covariance can be inverted without losing all digits."""
    values = np.linalg.eigvalsh(joint)
    return bool(values[0] > SINGULAR * values[-1])


def enough(df: float) -> bool:
    """Whether an interval can rest on so many degrees of freedom; four equal families have 3."""
    return round(df, 9) >= MIN_DF


def few(number: int, grouped: bool = True) -> str:
    """Why so many families, or estimates without any, are too few."""
    words = ("family is", "families are") if grouped else ("estimate is", "estimates are")
    few = counted(number, *words)
    return f"{few} too few to speak of others: {MIN_FAMILIES} are needed"


def weak(df: float) -> str:
    """Why so many degrees of freedom are too few."""
    return f"{df:.2f} degrees of freedom are too few for an interval: {MIN_DF:g} are needed"


def _warnings(df: float, n_families: int, n_pairs: int, grouped: bool) -> tuple[str, ...]:
    found = []
    if df < FEW_DF:
        found.append(f"few families: the interval rests on {df:.1f} degrees of freedom")
    if grouped and n_families == n_pairs:
        found.append("every family has one pair: tau2_pair holds both components")
    return tuple(found)

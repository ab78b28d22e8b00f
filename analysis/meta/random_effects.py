"""Mean over a population of pairs: random effects of pairs within families, robust by family."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.meta.classical import PooledMean
from analysis.meta.cr2 import cr2
from analysis.meta.factors import Factors
from analysis.meta.gls import as_covariance, intercept
from analysis.meta.reml import RemlFit, reml
from analysis.number_format import DF, number, significant
from analysis.stats.paired import Array, Interval
from clue.common.plural import counted

MIN_FAMILIES = 4
MIN_DF = 3.0
MIN_CROSSED_DF = 2.0
"""With recipes: at 2.4 to 2.8 degrees of freedom the interval still covers 95 % of the truth
(docs/statistics.md). It leads only with `MIN_DF`."""
FEW_DF = 4.5
"""Fewer degrees of freedom give a warning."""
FEW = "few families: the interval rests on"
"""Begins that warning."""
SINGULAR = 1e-12
"""A smallest eigenvalue below this share of the largest is rounding error."""
NO_SPREAD = 1e-9
"""A robust error below this share of the largest estimate is rounding error."""
ALL_EQUAL = "all estimates are equal, so their spread cannot be estimated"
NAN = float("nan")


@dataclass(frozen=True)
class RandomEffects:
    """Mean of a population of pairs with its uncertainty, or the reason for its refusal."""

    n_pairs: int
    n_families: int
    """Groups that are independent but for known covariances: families of bases, or connected
    components of families and recipes."""
    mu: float = NAN
    """GLS mean at the REML variance components."""
    se: float = NAN
    """Model-based standard error."""
    se_cr2: float = NAN
    """Cluster-robust standard error; clusters are the groups of `n_families`."""
    df: float = NAN
    """Satterthwaite degrees of freedom of `se_cr2`."""
    tau2_family: float | None = None
    """Variance between families; None if the model has no such component."""
    tau2_recipe: float | None = None
    """Variance between training recipes; None if the model has no such component."""
    tau2_pair: float = NAN
    """Variance between pairs of a family and a recipe."""
    log_likelihood: float = NAN
    """Restricted log-likelihood."""
    refused: str | None = None
    """Reason why there is no interval; all numbers but `df` are then nan."""
    warnings: tuple[str, ...] = ()

    @property
    def tau2(self) -> float:
        """Variance between pairs of different families and recipes."""
        return self.tau2_pair + (self.tau2_family or 0.0) + (self.tau2_recipe or 0.0)

    def with_df(self, df: float) -> "RandomEffects":
        """The mean with other degrees of freedom, and the warning that they call for.

        Args:
            df: of `se_cr2`.

        >>> few = RandomEffects(5, 5, mu=1.0, se_cr2=0.5, df=6.0).with_df(4.0)
        >>> few.df, few.warnings
        (4.0, ('few families: the interval rests on 4.0 degrees of freedom',))
        """
        others = tuple(text for text in self.warnings if not text.startswith(FEW))
        return replace(self, df=df, warnings=(*_few(df), *others))

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
    y: Array,
    sampling: Array,
    families: Sequence[str] | None = None,
    recipes: Sequence[str] | None = None,
) -> RandomEffects:
    """Estimates the mean by REML for pairs within families, robust by group, Satterthwaite t.

    With recipes the model is crossed, y = mu + family + recipe + pair + error: the same training
    recipe recurs over bases. Groups are then the connected components of families and recipes, and
    otherwise the families.

    Args:
        y: estimates, shape (k,).
        sampling: their error covariance, shape (k, k), or independent variances, shape (k,).
        families: family of each estimate, shape (k,); None: every estimate is its own family,
            and the model has one variance component.
        recipes: training recipe of each estimate, shape (k,); None: the model knows families only.

    Returns:
        Refused with fewer than 4 families, fewer than 3 degrees of freedom (with recipes: only
        with fewer than 2), equal estimates or a singular covariance. Carries a warning below 4.5
        degrees of freedom.
    """
    estimates, joint = np.asarray(y, dtype=float), as_covariance(sampling)
    factors = Factors.of(len(estimates), families, recipes)
    n_pairs, n_groups = len(estimates), len(np.unique(factors.groups))
    refusal = RandomEffects(n_pairs, n_groups)
    if recipes is None and n_groups < MIN_FAMILIES:
        return replace(refusal, refused=too_few_families(n_groups, families is not None))
    if not positive_definite(joint):
        return replace(refusal, refused="the error covariance is singular")
    fit = fit_reml(estimates, intercept(n_pairs), joint, factors)
    robust = cr2(fit.gls, factors.groups, np.ones(1))
    least = MIN_DF if recipes is None else MIN_CROSSED_DF
    if not enough_df(robust.df, least):
        return replace(refusal, df=robust.df, refused=too_few_df(robust.df, least))
    if robust.se <= NO_SPREAD * float(np.abs(estimates).max()):
        return replace(refusal, df=robust.df, refused=ALL_EQUAL)
    tau2 = dict(zip(factors.components, map(float, fit.tau2), strict=True))
    return RandomEffects(
        n_pairs,
        n_groups,
        mu=float(fit.gls.beta[0]),
        se=float(np.sqrt(fit.gls.cov[0, 0])),
        se_cr2=robust.se,
        df=robust.df,
        tau2_family=None if families is None else tau2.get("family", 0.0),
        tau2_recipe=None if recipes is None else tau2.get("recipe", 0.0),
        tau2_pair=tau2["pair"],
        log_likelihood=fit.gls.log_likelihood,
        warnings=_warnings(robust.df, factors, families is not None),
    )


def fit_reml(
    y: Array, design: Array, joint: Array, factors: Factors, start: Array | None = None
) -> RemlFit:
    """Fits a design, shape (k, p), without any check of its precision; `start` as in `reml`."""
    components = list(factors.components.values())
    near = None if start is None or len(start) != len(components) else start
    return reml(y, design, joint, components, near)


def positive_definite(joint: Array) -> bool:
    """True if a covariance can be inverted without losing all digits."""
    values = np.linalg.eigvalsh(joint)
    return bool(values[0] > SINGULAR * values[-1])


def enough_df(df: float, least: float = MIN_DF) -> bool:
    """True if the degrees of freedom suffice for an interval; four equal families have 3."""
    return round(df, 9) >= least


def too_few_families(number: int, grouped: bool = True) -> str:
    """Reason for a refusal: the number of families, or of estimates without families."""
    words = ("family is", "families are") if grouped else ("estimate is", "estimates are")
    return f"{counted(number, *words)} too few to speak of others: {MIN_FAMILIES} are needed"


def too_few_df(df: float, least: float = MIN_DF) -> str:
    """Reason for a refusal: the degrees of freedom."""
    return (
        f"{number(df, 2)} degrees of freedom are too few for an interval: {significant(least)} are "
        "needed"
    )


def _few(df: float) -> list[str]:
    return [f"{FEW} {number(df, DF)} degrees of freedom"] if df < FEW_DF else []


def _warnings(df: float, factors: Factors, grouped: bool) -> tuple[str, ...]:
    warnings = _few(df)
    if grouped and len(np.unique(factors.families)) == len(factors.families):
        warnings.append("every family has one pair: tau2_pair holds both components")
    return tuple(warnings)

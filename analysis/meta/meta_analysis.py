"""Meta-analysis of one set of estimates: the main answer, the analyses for comparison, JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.meta.classical import (
    PooledMean,
    cochran_q,
    dersimonian_laird,
    fixed_effect,
    hartung_knapp,
    i2,
    wald,
)
from analysis.meta.csv_input import Estimates
from analysis.meta.factors import Factors
from analysis.meta.random_effects import (
    RandomEffects,
    enough_df,
    positive_definite,
    random_effects,
)
from analysis.meta.sensitivity import (
    family_mean,
    fixed_set,
    leave_one_family_out,
    off_diagonal_share,
)
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate

POPULATION = ("mu", "se", "se_cr2", "df", "tau2_family", "tau2_pair", "tau2", "ci95", "pi95", "p")
POOLED_MEAN = ("mu", "se", "tau2", "df", "ci95", "pi95", "p")


@dataclass(frozen=True)
class FamilyAnalyses:
    """Analyses for comparison that need families."""

    mean: Estimate
    """Mean of the plain family means."""
    leave_one_out: Mapping[str, float]
    """Mean without each family, by family."""

    def as_dict(self) -> dict[str, Any]:
        """JSON entries."""
        return {
            "family_mean": estimate_as_dict(self.mean),
            "leave_one_family_out": dict(self.leave_one_out),
        }


@dataclass(frozen=True)
class TwoLevelAnalyses:
    """Analyses for comparison of estimates without families."""

    reml: PooledMean
    fixed_effect: PooledMean
    dersimonian_laird: PooledMean
    hartung_knapp: PooledMean

    def as_dict(self) -> dict[str, Any]:
        """JSON entries; the intervals of REML are those of the main entry."""
        fixed = self.fixed_effect
        return {
            "fixed_effect": {"mu": fixed.mu, "se": fixed.se, "ci95": fixed.ci95},
            "dersimonian_laird": _attributes(self.dersimonian_laird, POOLED_MEAN),
            "hartung_knapp": _attributes(self.hartung_knapp, POOLED_MEAN),
        }


@dataclass(frozen=True)
class MetaAnalysis:
    """All results of a meta-analysis."""

    random_effects: RandomEffects
    """Mean of a population of pairs."""
    fixed_set: Estimate
    """Mean of exactly these estimates."""
    q: float | None
    """Cochran's Q; None if the error covariance is singular."""
    i2: float | None
    """Share of heterogeneity in the total variance; None if the population mean is refused."""
    off_diagonal_share: float
    """Share of the covariances in the variance of the plain mean."""
    has_families: bool
    crossed: RandomEffects | None = None
    """The same with training recipes beside families; None if no recipe recurs over families."""
    by_family: FamilyAnalyses | None = None
    """None without families, or if the population mean is refused."""
    two_level: TwoLevelAnalyses | None = None
    """None with families, or if the population mean is refused."""

    @property
    def headline(self) -> RandomEffects:
        """The main line: with recipes if it has enough degrees of freedom, else by family."""
        crossed = self.crossed
        leads = crossed is not None and crossed.refused is None and enough_df(crossed.df)
        return crossed if crossed is not None and leads else self.random_effects

    def as_dict(self) -> dict[str, Any]:
        """JSON document; numbers that do not exist are None.

        With families `ci95` and `pi95` are t intervals from `se_cr2` and `df`. Without, they are
        the normal intervals of the two-level model from `se`, the default of meta-analysis
        software, and `robust` has the t intervals.
        """
        main = self.random_effects
        document: dict[str, Any] = {
            "k": main.n_pairs,
            "families": main.n_families if self.has_families else None,
            "refused": main.refused,
            "warnings": list(main.warnings),
            "intervals": "CR2 by family, t",
            **_attributes(main, POPULATION),
            "q": self.q,
            "i2": self.i2,
            "off_diagonal_share": self.off_diagonal_share,
            "fixed_set": estimate_as_dict(self.fixed_set),
        }
        if self.crossed:
            document["crossed"] = {
                "groups": self.crossed.n_families,
                "leads": self.headline is self.crossed,
                "refused": self.crossed.refused,
                "warnings": list(self.crossed.warnings),
                **_attributes(self.crossed, (*POPULATION, "tau2_recipe")),
            }
        if self.by_family:
            document |= self.by_family.as_dict()
        if self.two_level:
            document |= {"intervals": "REML, normal"}
            document |= _attributes(self.two_level.reml, ("ci95", "pi95", "p"))
            document |= {"robust": _attributes(main, ("ci95", "pi95", "p"))}
            document |= self.two_level.as_dict()
        return {name: _finite(value) for name, value in document.items()}


def meta_analysis(estimates: Estimates) -> MetaAnalysis:
    """Runs all analyses; those for comparison only if there is a population mean."""
    y, sampling, families = estimates.y, estimates.sampling, estimates.families
    population = random_effects(y, sampling, families)
    by_family = two_level = None
    if population.refused is None and families is not None:
        left_out = leave_one_family_out(y, sampling, families)
        by_family = FamilyAnalyses(family_mean(y, sampling, families), left_out)
    elif population.refused is None:
        variances = np.diag(sampling)
        two_level = TwoLevelAnalyses(
            wald(y, sampling),
            fixed_effect(y, sampling),
            dersimonian_laird(y, variances),
            hartung_knapp(y, variances),
        )
    return MetaAnalysis(
        population,
        fixed_set(y, sampling),
        cochran_q(y, sampling) if positive_definite(sampling) else None,
        None if population.refused else i2(sampling, population.tau2),
        off_diagonal_share(sampling),
        families is not None,
        _crossed(estimates),
        by_family,
        two_level,
    )


def _crossed(estimates: Estimates) -> RandomEffects | None:
    k, families, recipes = len(estimates.y), estimates.families, estimates.recipes
    if recipes is None or not Factors.of(k, families, recipes).is_crossed:
        return None
    return random_effects(estimates.y, estimates.sampling, families, recipes)


def estimate_as_dict(estimate: Estimate) -> dict[str, Any]:
    """JSON entries of an estimate, with its interval and p-value."""
    return {
        "mu": estimate.delta,
        "se": estimate.se,
        "df": estimate.df,
        "ci95": estimate.interval(),
        "p": estimate.p,
    }


def _attributes(result: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(result, name) for name in names}


def _finite(value: Any) -> Any:
    """Replaces numbers that are not finite by None, because JSON cannot represent them."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, Interval):
        return list(value) if all(map(math.isfinite, value)) else None
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""A meta-analysis as a document of numbers."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.meta.classical import (
    Pooled,
    cochran_q,
    dersimonian_laird,
    fixed_effect,
    hartung_knapp,
    i2,
    wald,
)
from analysis.meta.csv_input import Estimates
from analysis.meta.random_effects import Headline, positive_definite, random_effects
from analysis.meta.sensitivity import (
    family_mean,
    fixed_set,
    leave_one_family_out,
    off_diagonal_share,
)
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate

Document = dict[str, Any]


def document(given: Estimates) -> Document:
    """Everything that is said of the estimates; numbers that do not exist are None.

    With families `ci95` and `pi95` are t intervals from `se_cr2` and `df`. Without, they are the
    two-level model's normal ones, from `se`, as meta-analysis software gives them by default, and
    `robust` holds the t intervals.
    """
    headline = random_effects(given.y, given.sampling, given.families)
    made: Document = {
        "k": headline.n_pairs,
        "families": None if given.families is None else headline.n_families,
        "refused": headline.refused,
        "warnings": list(headline.warnings),
        **_headline(headline),
        "q": cochran_q(given.y, given.sampling) if positive_definite(given.sampling) else None,
        "i2": None if headline.refused else i2(given.sampling, headline.tau2),
        "off_diagonal_share": off_diagonal_share(given.sampling),
        "fixed_set": _estimate(fixed_set(given.y, given.sampling)),
    }
    if headline.refused is None and given.families is not None:
        made |= _by_family(given, given.families)
    elif headline.refused is None:
        made |= _two_level(given, headline)
    return {name: _finite(value) for name, value in made.items()}


def _headline(headline: Headline) -> Document:
    names = ("mu", "se", "se_cr2", "df", "tau2_family", "tau2_pair", "tau2", "ci95", "pi95", "p")
    return {"intervals": "CR2 by family, t", **{name: getattr(headline, name) for name in names}}


def _by_family(given: Estimates, families: Sequence[str]) -> Document:
    left = leave_one_family_out(given.y, given.sampling, families)
    return {
        "family_mean": _estimate(family_mean(given.y, families)),
        "leave_one_family_out": left,
    }


def _two_level(given: Estimates, headline: Headline) -> Document:
    classic = wald(given.y, given.sampling)
    variances = np.diag(given.sampling)
    fixed = fixed_effect(given.y, given.sampling)
    return {
        "intervals": "REML, normal",
        "ci95": classic.ci95,
        "pi95": classic.pi95,
        "p": classic.p,
        "robust": {"ci95": headline.ci95, "pi95": headline.pi95, "p": headline.p},
        "fixed_effect": {"mu": fixed.mu, "se": fixed.se, "ci95": fixed.ci95},
        "dersimonian_laird": _pooled(dersimonian_laird(given.y, variances)),
        "hartung_knapp": _pooled(hartung_knapp(given.y, variances)),
    }


def _estimate(made: Estimate) -> Document:
    return {"mu": made.delta, "se": made.se, "df": made.df, "ci95": made.interval(), "p": made.p}


def _pooled(made: Pooled) -> Document:
    names = ("mu", "se", "tau2", "df", "ci95", "pi95", "p")
    return {name: getattr(made, name) for name in names}


def _finite(value: Any) -> Any:
    """The document with None for what is not finite: JSON has no other word for it."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, Interval):
        return list(value) if all(map(math.isfinite, value)) else None
    return None if isinstance(value, float) and not math.isfinite(value) else value

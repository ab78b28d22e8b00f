"""Fields of `Comparison`, by where they come from; nan where something is undefined."""

from typing import Any

import numpy as np

from analysis.stats import effect_sizes, equivalence
from analysis.stats.clusters import Robust, design_effect, icc, skewness
from analysis.stats.comparison import LEVEL, Kind, Options
from analysis.stats.paired import Interval, Paired
from analysis.stats.power import mde
from analysis.stats.sign_flip.sign_flip import SignFlip

TIES = 0.05
"""Share of ties from which on a score counts as a fraction and not as continuous."""
PAIRS = 2000
"""Items up to which all pairs of them are averaged; their number is its square."""
SMALLEST = float(np.finfo(float).tiny)
"""No test gives p = 0: what underflows is the smallest number that there is."""


def seen(paired: Paired) -> Kind:
    """The kind of scores that are not right or wrong."""
    tied = effect_sizes.counts(paired).tied / paired.sums.n
    return "fraction" if tied >= TIES else "continuous"


def described(paired: Paired, kind: Kind) -> dict[str, Any]:
    """Sizes and effect sizes; none of them tests anything."""
    differences, size = paired.differences, effect_sizes.dz(paired.differences)
    split = effect_sizes.two_part(paired) if kind == "fraction" else None
    n, effect = paired.sums.n, design_effect(paired)
    continuous = kind == "continuous" and n <= PAIRS
    return {
        "n": n,
        "n_clusters": paired.sums.n_clusters,
        "mean_base": float(paired.base.mean()),
        "mean_tuned": float(paired.tuned.mean()),
        "skewness": skewness(paired.sums),
        "icc": icc(paired),
        "design_effect": effect,
        "n_eff": n / effect if effect else None,
        "dz": size.raw,
        "dz_hedges": size.hedges,
        "p_sup": effect_sizes.p_sup(paired),
        "delta_zeros": split.zeros if split else None,
        "delta_others": split.others if split else None,
        "hodges_lehmann": effect_sizes.hodges_lehmann(differences) if continuous else None,
        "trimmed": effect_sizes.trimmed_mean(differences) if kind != "binary" else None,
        **effect_sizes.counts(paired)._asdict(),
    }


def errors(made: Robust) -> dict[str, Any]:
    """Standard errors and what follows from them."""
    spread = made.se_cr2 > 0
    return {
        "max_share": made.max_share,
        "delta": made.delta,
        "se_cr0": made.se_cr0,
        "se_cr1": made.se_cr1,
        "se_cr2": made.se_cr2,
        "df": made.df,
        "ci95": made.interval(LEVEL) if spread else None,
        "ci90": made.interval(0.90) if spread else None,
        "p_cr2": max(made.p, SMALLEST) if spread else None,
        "mde80": mde(made.se_cr2, made.df) if spread else None,
    }


def flips(test: SignFlip, interval: Interval) -> dict[str, Any]:
    """The sign flip and its inversion."""
    return {
        "n_informative": test.informative,
        "ci95_signflip": interval,
        "p_signflip": test.p,
        "p_greater": test.p_greater,
        "p_less": test.p_less,
        "exact": test.exact,
        "flips": test.flips,
        "min_attainable_p": test.min_attainable,
    }


def equivalences(made: Robust, options: Options) -> dict[str, Any]:
    """Equivalence, only against a margin that was declared."""
    margin, spread = options.margin, made.se_cr2 > 0
    declared = margin if spread else None
    return {
        "margin": margin,
        "m_star": equivalence.smallest_margin(made) if spread else None,
        "tost_p": None if declared is None else max(equivalence.tost(made, declared), SMALLEST),
        "rope": None if declared is None else equivalence.rope(made, declared),
        "noninferior": None if declared is None else equivalence.noninferior(made, declared),
    }

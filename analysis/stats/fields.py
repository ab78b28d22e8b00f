"""Groups of the fields of `Comparison`, by the method they come from; nan where undefined."""

from typing import Any

from analysis.stats import effect_sizes, equivalence
from analysis.stats.clusters import Robust, design_effect, icc, mean_of_clusters, skewness
from analysis.stats.comparison import LEVEL, Kind, Options
from analysis.stats.paired import Interval, Paired
from analysis.stats.power import minimum_detectable_difference
from analysis.stats.sign_flip.sign_flip import SignFlip
from analysis.stats.sign_flip.tails import nonzero_p

TIES = 0.05
"""Smallest share of ties at which a score counts as a fraction and not as continuous."""
PAIRS = 2000
"""Largest number of items of which all pairs are averaged; the cost grows with its square."""


def kind_of_scores(paired: Paired) -> Kind:
    """Kind of scores that are not right or wrong.

    >>> kind_of_scores(Paired.of([*"abc"], [*"abc"], [0.1, 0.2, 0.3], [0.1, 0.3, 0.4]))
    'fraction'
    >>> kind_of_scores(Paired.of([*"abc"], [*"abc"], [0.1, 0.2, 0.3], [0.2, 0.3, 0.4]))
    'continuous'
    """
    tied = effect_sizes.counts(paired).tied / paired.sums.n
    return "fraction" if tied >= TIES else "continuous"


def descriptive_fields(paired: Paired, kind: Kind) -> dict[str, Any]:
    """Sample sizes, means and effect sizes; none of them is a test.

    >>> paired = Paired.of([*"abc"], [*"abc"], [0.1, 0.2, 0.3], [0.1, 0.3, 0.4])
    >>> fields = descriptive_fields(paired, "fraction")
    >>> fields["n"], fields["better"], round(fields["mean_tuned"], 3)
    (3, 2, 0.267)
    """
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


def standard_error_fields(robust: Robust) -> dict[str, Any]:
    """Standard errors, and the intervals and p-value that follow from them.

    >>> from analysis.stats.clusters import robust
    >>> paired = Paired.of([*"abc"], [*"abc"], [0.1, 0.2, 0.3], [0.1, 0.3, 0.4])
    >>> fields = standard_error_fields(robust(paired.sums))
    >>> round(fields["delta"], 4), round(fields["se_cr2"], 4), round(fields["df"], 1)
    (0.0667, 0.0333, 2.0)
    """
    spread = robust.se_cr2 > 0
    detectable = minimum_detectable_difference(robust.se_cr2, robust.df) if spread else None
    return {
        "max_share": robust.max_share,
        "delta": robust.delta,
        "se_cr0": robust.se_cr0,
        "se_cr1": robust.se_cr1,
        "se_cr2": robust.se_cr2,
        "df": robust.df,
        "ci95": robust.interval(LEVEL) if spread else None,
        "ci90": robust.interval(0.90) if spread else None,
        "p_cr2": nonzero_p(robust.p) if spread else None,
        "mde80": detectable,
    }


def cluster_mean_fields(paired: Paired) -> dict[str, Any]:
    """The mean over clusters, where it is not the mean over items anyway.

    >>> paired = Paired.of([*"abc"], [*"xxy"], [0, 0, 0], [1, 1, 0])
    >>> cluster_mean_fields(paired)["delta_clusters"]
    0.5
    """
    if paired.sums.n_clusters == paired.sums.n:
        return dict.fromkeys(("delta_clusters", "ci95_clusters", "p_clusters"))
    robust = mean_of_clusters(paired.sums)
    spread = robust.se_cr2 > 0
    return {
        "delta_clusters": robust.delta,
        "ci95_clusters": robust.interval(LEVEL) if spread else None,
        "p_clusters": nonzero_p(robust.p) if spread else None,
    }


def sign_flip_fields(test: SignFlip, interval: Interval) -> dict[str, Any]:
    """Sign-flip test and its interval.

    >>> test = SignFlip(0.5, 0.25, 0.75, True, 8, 3, 0.25)
    >>> sign_flip_fields(test, Interval(-1.0, 1.0))["p_signflip"]
    0.5
    """
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


def equivalence_fields(robust: Robust, options: Options) -> dict[str, Any]:
    """Equivalence tests, only against a margin that was declared.

    >>> from analysis.stats.clusters import robust
    >>> paired = Paired.of([*"abc"], [*"abc"], [0.1, 0.2, 0.3], [0.1, 0.3, 0.4])
    >>> fields = equivalence_fields(robust(paired.sums), Options(margin=0.5))
    >>> round(fields["m_star"], 4), round(fields["noninferior_p"], 4)
    (0.164, 0.0017)
    """
    margin, spread = options.margin, robust.se_cr2 > 0
    smallest = equivalence.smallest_margin(robust) if spread else None
    if margin is None or not spread:
        tests = dict.fromkeys(("tost_p", "rope", "noninferior_p"))
        return {"margin": margin, "m_star": smallest, **tests}
    return {
        "margin": margin,
        "m_star": smallest,
        "tost_p": nonzero_p(equivalence.tost(robust, margin)),
        "rope": equivalence.rope(robust, margin),
        "noninferior_p": nonzero_p(equivalence.noninferiority(robust, margin)),
    }

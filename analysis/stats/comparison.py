"""Result of the comparison of two models in one score, and its options."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from analysis.stats.paired import Interval

Kind = Literal["binary", "fraction", "continuous"]

LEVEL = 0.95
"""Confidence level of intervals; `Comparison.discordant` uses one minus it as test level."""


@dataclass(frozen=True)
class Options:
    """Options of the comparison of one series."""

    margin: float | None = None
    """Margin of practical equivalence, in the unit of the score; None: it is not assessed."""
    alpha: float = 0.05
    """Level at which a verdict claims a change; intervals are always at 95 %."""
    seed: int | tuple[int, ...] = 0
    """Seed of random signs and resamples; series of the same clusters and seed share them."""
    flips: int = 99_999
    """Random sign flips if neither enumeration nor convolution is possible."""
    draws: int = 10_000
    """Resamples of the bootstrap-t, if it is used."""
    kind: Kind | None = None
    """Kind of score; None: derived from the scores."""


@dataclass(frozen=True)
class Comparison:
    """Comparison of one series: tuned minus base, in the unit of the score.

    None: undefined or refused.

    The fields are the columns of every table of results, in this order.
    """

    kind: Kind
    """Kind of score: right or wrong, a share with many ties, or continuous."""
    clustered: bool
    """True if some cluster has more than one item."""
    n: int
    """Number of items."""
    n_clusters: int
    """Number of clusters, the units of independence, G."""
    n_informative: int
    """Clusters whose differences do not cancel out; the others favour neither model."""
    max_share: float
    """Share of the items that are in the largest cluster."""
    mean_base: float
    """Mean score of base over all items."""
    mean_tuned: float
    """Mean score of tuned over all items."""
    delta: float
    """`mean_tuned` minus `mean_base`: negative is a decline."""
    se_cr0: float | None
    """Clustered standard error of Miller 2024."""
    se_cr1: float | None
    """`se_cr0` times sqrt(G / (G - 1)), as in inspect_ai."""
    se_cr2: float | None
    """Cluster-robust standard error, unbiased with few and unequal clusters; used throughout."""
    df: float | None
    """Satterthwaite degrees of freedom of `se_cr2`."""
    ci95: Interval | None
    """95 % interval from CR2 with Satterthwaite t."""
    ci90: Interval | None
    """90 % interval from CR2: inside the margins means equivalent at 5 %."""
    p_cr2: float | None
    """Two-sided t-test of `delta` / `se_cr2` with `df`."""
    delta_clusters: float | None
    """Mean over clusters of their mean differences, each cluster counting as one (clustered)."""
    ci95_clusters: Interval | None
    """95 % t interval of `delta_clusters`, with one degree of freedom less than clusters."""
    p_clusters: float | None
    """Two-sided t-test of `delta_clusters`; a sensitivity analysis, not adjusted."""
    ci95_signflip: Interval | None
    """95 % interval from inverted one-sided sign-flip tests (Hartigan)."""
    p_signflip: float | None
    """Two-sided sign-flip test of whole clusters."""
    p_greater: float | None
    """One-sided sign-flip test for a gain."""
    p_less: float | None
    """One-sided sign-flip test for a decline."""
    exact: bool
    """True if all sign flips are enumerated, not drawn."""
    flips: int
    """Sign flips drawn or enumerated; 0: their distribution was computed by convolution."""
    min_attainable_p: float
    """Smallest two-sided p that the primary test could give with as many informative clusters."""
    ci95_bootstrap_t: Interval | None
    """95 % bootstrap-t interval, if there are under 50 clusters and their skewness exceeds 1."""
    skewness: float | None
    """Skewness of the cluster means."""
    icc: float | None
    """Intra-cluster correlation of the differences (analysis of variance)."""
    design_effect: float | None
    """Variance of `delta` divided by that of as many independent items."""
    n_eff: float | None
    """Effective sample size: independent items that carry as much information."""
    dz: float | None
    """Mean difference in standard deviations of the differences."""
    dz_hedges: float | None
    """`dz` with Hedges' correction."""
    p_sup: float
    """Probability of superiority: P(tuned > base) + P(tie) / 2."""
    delta_zeros: float | None
    """Part of `delta` from items where exactly one model scored zero (fractions)."""
    delta_others: float | None
    """Part of `delta` from the other items (fractions)."""
    hodges_lehmann: float | None
    """Median of the averages of all pairs of differences (continuous, up to 2,000 items)."""
    trimmed: float | None
    """Mean difference without the 5 % smallest and largest (fractions, continuous)."""
    both_zero: int
    """Items on which both models score zero."""
    better: int
    """Items on which tuned scores higher."""
    worse: int
    """Items on which tuned scores lower."""
    tied: int
    """Items on which both models score the same."""
    b: int | None
    """Items that base had right and tuned wrong (binary)."""
    c: int | None
    """Items that base had wrong and tuned right (binary)."""
    p_mcnemar_exact: float | None
    """Exact McNemar test (binary); ignores clusters."""
    p_mcnemar_midp: float | None
    """Mid-p McNemar test (binary); ignores clusters."""
    ci95_tango: Interval | None
    """Tango's 95 % interval (binary), if no cluster has more than one item."""
    ci95_tango_naive: Interval | None
    """Tango's 95 % interval (binary, clustered); ignores clusters."""
    ci95_newcombe: Interval | None
    """Newcombe's 95 % interval (binary); ignores clusters."""
    odds_ratio: float | None
    """Conditional odds ratio c / b (binary)."""
    ci95_odds_ratio: Interval | None
    """95 % interval of `odds_ratio`, Clopper-Pearson with mid-p; ignores clusters."""
    p_obuchowski: float | None
    """Obuchowski's test (binary, clustered)."""
    p_yang: float | None
    """Test of Yang, Sun and Hardin (binary, clustered)."""
    mde80: float | None
    """Minimum difference that this comparison could detect with 80 % power."""
    margin: float | None
    """Declared margin of practical equivalence."""
    tost_p: float | None
    """p-value of the two one-sided tests for equivalence within the margin."""
    m_star: float | None
    """Smallest margin at which equivalence would be declared."""
    rope: tuple[float, float, float] | None
    """Posterior probabilities of less than -margin, within, more than margin."""
    noninferior_p: float | None
    """p-value of the one-sided test that excludes a decline larger than the margin."""
    primary: Literal["mcnemar", "signflip"]
    """Test and interval that decide: mid-p McNemar and Tango, or sign flip and CR2."""
    discordant: bool | None
    """True if primary test and interval disagree at 5 %: no change is claimed."""
    refused: str | None
    """Reason why nothing is tested."""
    alpha: float
    """Level at which a verdict claims a change."""
    seed: int | tuple[int, ...]
    """Seed of the random signs and resamples."""

    @property
    def p(self) -> float | None:
        """p-value of the primary test, two-sided, unadjusted.

        >>> from analysis.stats.battery import battery
        >>> from analysis.stats.paired import Paired
        >>> ids = [*"abcdefgh"]
        >>> result = battery(Paired.of(ids, ids, [0.0] * 8, [1.0] * 7 + [0.0], step_size=1.0))
        >>> result.p == result.p_mcnemar_midp
        True
        """
        return self.p_mcnemar_midp if self.primary == "mcnemar" else self.p_signflip

    @property
    def interval(self) -> Interval | None:
        """Primary 95 % interval.

        >>> from analysis.stats.battery import battery
        >>> from analysis.stats.paired import Paired
        >>> ids = [*"abcdefgh"]
        >>> result = battery(Paired.of(ids, ids, [0.0] * 8, [1.0] * 7 + [0.0], step_size=1.0))
        >>> result.interval == result.ci95_tango
        True
        """
        return self.ci95_tango if self.primary == "mcnemar" else self.ci95


INFERENCE = (
    "p_cr2",
    "p_clusters",
    "p_signflip",
    "p_greater",
    "p_less",
    "p_mcnemar_exact",
    "p_mcnemar_midp",
    "p_obuchowski",
    "p_yang",
    "tost_p",
    "noninferior_p",
    "discordant",
    "ci95",
    "ci95_clusters",
    "ci90",
    "ci95_signflip",
    "ci95_bootstrap_t",
    "ci95_tango",
    "ci95_tango_naive",
    "ci95_newcombe",
    "ci95_odds_ratio",
    "rope",
    "m_star",
    "mde80",
)
"""Tests and intervals: an interval is a test, so a comparison without one has none of the other."""


def untested(comparison: Comparison, reason: str) -> Comparison:
    """Removes all tests and intervals from a comparison and adds the reason.

    Args:
        comparison: the comparison.
        reason: completes "Not tested: ...".

    >>> from analysis.stats.battery import battery
    >>> from analysis.stats.paired import Paired
    >>> ids = [*"abcdefgh"]
    >>> result = battery(Paired.of(ids, ids, [0.0] * 8, [1.0] * 7 + [0.0], step_size=1.0))
    >>> refused = untested(result, "too many samples are missing")
    >>> refused.p is None, refused.interval is None, refused.refused
    (True, True, 'too many samples are missing')
    """
    removed: Mapping[str, Any] = dict.fromkeys(INFERENCE)
    return replace(comparison, refused=reason, **removed)

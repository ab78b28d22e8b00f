"""Everything that is computed of one pair in one score."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from analysis.stats.paired import Interval

Kind = Literal["binary", "fraction", "continuous"]

LEVEL = 0.95
"""Of the intervals, and one minus it the level of `Comparison.discordant`."""


@dataclass(frozen=True)
class Options:
    """Of one series."""

    margin: float | None = None
    """Of practical equivalence, in the unit of the score; None: it is not assessed."""
    alpha: float = 0.05
    """Level at which a verdict claims a change; intervals are at 95 % whatever it is."""
    seed: int | tuple[int, ...] = 0
    """Of the random signs and resamples; series of the same clusters and seed share them."""
    flips: int = 99_999
    """Random sign flips, where neither enumeration nor convolution is possible."""
    draws: int = 10_000
    """Resamples of the bootstrap-t, where it is used."""
    kind: Kind | None = None
    """Of the score; None: seen from the scores."""


@dataclass(frozen=True)
class Comparison:
    """One series: tuned minus base, in the unit of the score; None: undefined or refused.

    The fields are the columns of every table of results, in this order.
    """

    kind: Kind
    """Of the score: right or wrong, a share with many ties, or continuous."""
    clustered: bool
    """Some cluster has more than one item."""
    n: int
    """Items."""
    n_clusters: int
    """Units of independence, G."""
    n_informative: int
    """Clusters whose differences do not cancel out; the others speak for neither model."""
    max_share: float
    """Share of the items that the largest cluster holds."""
    mean_base: float
    """Over all items."""
    mean_tuned: float
    """Over all items."""
    delta: float
    """`mean_tuned` minus `mean_base`: negative is a decline."""
    se_cr0: float | None
    """Clustered standard error of Miller 2024."""
    se_cr1: float | None
    """The same times sqrt(G / (G - 1)), as inspect_ai has it."""
    se_cr2: float | None
    """Cluster-robust standard error, unbiased with few and unequal clusters; the one in use."""
    df: float | None
    """Satterthwaite's, of `se_cr2`."""
    ci95: Interval | None
    """CR2 with Satterthwaite t."""
    ci90: Interval | None
    """The same at 90 %: inside the margins means equivalent at 5 %."""
    p_cr2: float | None
    """Two-sided, of `delta` / `se_cr2` with `df`."""
    ci95_signflip: Interval | None
    """Inversion of the one-sided sign-flip tests (Hartigan)."""
    p_signflip: float | None
    """Two-sided sign flip of whole clusters."""
    p_greater: float | None
    """One-sided sign flip, for a gain."""
    p_less: float | None
    """One-sided sign flip, for a decline."""
    exact: bool
    """The sign flips are all enumerated, not drawn."""
    flips: int
    """Sign flips drawn or enumerated; 0: their law was computed without (convolution)."""
    min_attainable_p: float
    """The smallest two-sided p that any data with as many informative clusters could give."""
    ci95_bootstrap_t: Interval | None
    """Where there are under 50 clusters and their skewness exceeds 1."""
    skewness: float | None
    """Of the cluster means."""
    icc: float | None
    """Of the differences within clusters (analysis of variance)."""
    design_effect: float | None
    """Variance of `delta` over that of as many independent items."""
    n_eff: float | None
    """Independent items worth as much."""
    dz: float | None
    """Mean difference in standard deviations of the differences."""
    dz_hedges: float | None
    """The same with Hedges' correction."""
    p_sup: float
    """P(tuned > base) + P(tie) / 2."""
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
    """Items on which tuned scores more."""
    worse: int
    """Items on which tuned scores less."""
    tied: int
    """Items on which both score the same."""
    b: int | None
    """Items that base had right and tuned wrong (binary)."""
    c: int | None
    """Items that base had wrong and tuned right (binary)."""
    p_mcnemar_exact: float | None
    """Binary; ignores clusters."""
    p_mcnemar_midp: float | None
    """Binary; ignores clusters."""
    ci95_tango: Interval | None
    """Binary, where no cluster has more than one item."""
    ci95_tango_naive: Interval | None
    """Binary, clustered: Tango's interval, ignoring the clusters."""
    ci95_newcombe: Interval | None
    """Binary; ignores clusters."""
    odds_ratio: float | None
    """c / b (binary)."""
    ci95_odds_ratio: Interval | None
    """Clopper-Pearson with mid-p; ignores clusters."""
    p_obuchowski: float | None
    """Binary, clustered."""
    p_yang: float | None
    """Binary, clustered."""
    mde80: float | None
    """The difference that this comparison could detect with 80 % power."""
    margin: float | None
    """Of practical equivalence, as declared."""
    tost_p: float | None
    """Two one-sided tests against the margin."""
    m_star: float | None
    """The smallest margin at which equivalence would be declared."""
    rope: tuple[float, float, float] | None
    """Posterior probabilities of less than -margin, within, more than margin."""
    noninferior: bool | None
    """A decline larger than the margin is excluded (one-sided, 95 %)."""
    primary: Literal["mcnemar", "signflip"]
    """Which test and interval decide: mid-p McNemar and Tango, or sign flip and CR2."""
    discordant: bool | None
    """Primary test and interval disagree at 5 %: no claim of a change is made."""
    refused: str | None
    """Why nothing is tested."""
    alpha: float
    """Level at which a verdict claims a change."""
    seed: int | tuple[int, ...]
    """Of the random signs and resamples."""

    @property
    def p(self) -> float | None:
        """Of the primary test, two-sided, unadjusted."""
        return self.p_mcnemar_midp if self.primary == "mcnemar" else self.p_signflip

    @property
    def interval(self) -> Interval | None:
        """The primary interval, 95 %."""
        return self.ci95_tango if self.primary == "mcnemar" else self.ci95


TESTS = (
    "p_cr2",
    "p_signflip",
    "p_greater",
    "p_less",
    "p_mcnemar_exact",
    "p_mcnemar_midp",
    "p_obuchowski",
    "p_yang",
    "tost_p",
    "noninferior",
    "discordant",
)
INTERVALS = (
    "ci95",
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


def untested(comparison: Comparison, reason: str, *, intervals: bool = False) -> Comparison:
    """Without tests, and the reason.

    Args:
        comparison: what was computed.
        reason: completes "Not tested: ...".
        intervals: whether intervals, and what follows from them, can stay.
    """
    gone: Mapping[str, Any] = dict.fromkeys(TESTS if intervals else TESTS + INTERVALS)
    return replace(comparison, refused=reason, **gone)

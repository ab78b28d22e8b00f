"""Phrases for the parts of a comparison; `verdict` joins them to sentences."""

from dataclasses import dataclass

from analysis import number_format
from analysis.stats.claims import AdjustedP, claim_interval
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval
from analysis.stats.power import minimum_detectable_difference
from clue.marks import (
    ONLY_BASE_THINKS,
    ONLY_TUNED_THINKS,
    SETTINGS_TOO,
    THINK_DIFFERENTLY,
    THINKING_TOO,
)

HOLM = "Holm"
POINTS_UNIT = "points"
"""Unit of the scores of a study."""
FEW_DF = 4.5
"""Fewer degrees of freedom give a warning, as in a meta-analysis."""
HALF = 0.5
"""Share of the items from which on a single cluster is named as the reason."""


@dataclass(frozen=True)
class Labels:
    """Names that the sentences use."""

    base: str
    tuned: str
    score: str
    """Scored quantity, e.g. a task."""
    unit: str = ""
    """`points`; empty for a score in its own unit."""
    adjustment: str = ""
    """Name of the adjustment of p for multiplicity: `Holm`; empty = not adjusted."""
    tests: int = 1
    """Number of tests that are adjusted together."""
    marks: tuple[str, ...] = ()
    """Marks of the results, which begin the sentence (`clue.marks`)."""
    bounds: Interval | None = None
    """Difference if missing samples had scored worst or best; None = none is missing."""
    decimals: int | None = None
    """Of all values in a unit of their own; None: as the standard error demands."""
    verb: str = "scored"
    """Joins a name and its value: `scored`, or `is` for a quantity."""


def decimals(comparison: Comparison, labels: Labels) -> int:
    """Decimals of all values of a comparison: fixed in points, else by the standard error."""
    if labels.unit == POINTS_UNIT:
        return number_format.POINTS
    if labels.decimals is not None:
        return labels.decimals
    return number_format.decimals(comparison.se_cr2)


@dataclass(frozen=True)
class Phrases:
    """A comparison and the phrases for its parts."""

    comparison: Comparison
    labels: Labels
    p: AdjustedP

    def amount(self, value: float) -> str:
        """A number with its unit."""
        return f"{number_format.number(value, self.decimals)}{self.unit}"

    def size(self, value: float) -> str:
        """A number above 0 with its unit."""
        return f"{number_format.amount(value, self.decimals)}{self.unit}"

    def interval(self, interval: Interval | None) -> str:
        """`low to high`."""
        return "(none)" if interval is None else number_format.interval(interval, self.decimals)

    @property
    def decimals(self) -> int:
        """Number of decimals."""
        return decimals(self.comparison, self.labels)

    @property
    def unit(self) -> str:
        """The unit, with a space in front."""
        return f" {self.labels.unit}" if self.labels.unit else ""

    @property
    def margin(self) -> str:
        """The declared margin with its unit."""
        margin = self.comparison.margin
        assert margin is not None, "only phrases on a declared margin name it"
        unit = self.unit.removesuffix("s") if margin == 1 else self.unit
        return f"{number_format.margin(margin)}{unit}"

    @property
    def scores(self) -> str:
        """Both scores."""
        tuned, base = (
            number_format.number(mean, self.decimals)
            for mean in (self.comparison.mean_tuned, self.comparison.mean_base)
        )
        labels = self.labels
        return f"On {labels.score} {labels.tuned} {labels.verb} {tuned} and {labels.base} {base}"

    @property
    def difference(self) -> str:
        """The difference with its direction."""
        delta = self.comparison.delta
        if delta == 0:
            return "a difference of 0"
        return f"{self.size(delta)} {'higher' if delta > 0 else 'lower'}"

    @property
    def evidence(self) -> str:
        """Interval, test and sample size."""
        interval = self.interval(self.comparison.interval)
        return f"95 % CI {interval}; {self.test}; {self.sample_size}"

    @property
    def test(self) -> str:
        """The p-value of the verdict, with the name of its adjustment."""
        return self._p(self.p.difference) if self.p.difference is not None else "no test"

    @property
    def equivalence(self) -> str:
        """The test of equivalence and the interval that it rests on."""
        return self._claim(self.comparison.tost_p, self.p.equivalence)

    @property
    def noninferiority(self) -> str:
        """The test of non-inferiority and the interval that it rests on."""
        return self._claim(self.comparison.noninferior_p, self.p.noninferiority)

    @property
    def detectable(self) -> str:
        """The difference that the rule of the verdict finds in 80 % of samples; empty = unknown."""
        se, df = self.comparison.se_cr2, self.comparison.df
        if not se or df is None:
            return ""
        if self.labels.adjustment != HOLM:
            rule = " before the correction" if self.labels.adjustment else ""
            return f"{self.size(minimum_detectable_difference(se, df))} with 80 % power{rule}"
        alpha = self.comparison.alpha / self.labels.tests
        return (
            f"{self.size(minimum_detectable_difference(se, df, alpha=alpha))} with 80 % power in "
            f"a test at {number_format.significant(100 * self.comparison.alpha)} % / "
            f"{self.labels.tests}"
        )

    @property
    def disagreement(self) -> str:
        """Sentence on a test and an interval that disagree; empty if they agree."""
        if not self.comparison.discordant:
            return ""
        by_flips = self.interval(self.comparison.ci95_signflip)
        return (
            " The test and the 95 % CI disagree, so no change is claimed: they approximate the "
            f"error in different ways (interval by sign flips: {by_flips})."
        )

    @property
    def missing_samples(self) -> str:
        """Sentence on missing samples that could undo a claim."""
        bounds = self.labels.bounds
        assert bounds is not None
        return (
            " The missing samples could undo this claim: had they scored worst or best, the "
            f"difference would be between {self.amount(bounds.low)} and {self.amount(bounds.high)}."
        )

    @property
    def warning(self) -> str:
        """Sentence on an interval with few degrees of freedom; empty if it has enough."""
        comparison = self.comparison
        if comparison.df is None or comparison.df >= FEW_DF or comparison.primary == "mcnemar":
            return ""
        reason = f"{number_format.counted(comparison.n_clusters, 'cluster')}"
        if comparison.max_share is not None and comparison.max_share > HALF:
            share = number_format.percent(100 * comparison.max_share)
            reason = f"one cluster has {share} % of the items"
        df = number_format.df(comparison.df)
        return f" Warning: {reason}, so the interval rests on {df} degrees of freedom."

    @property
    def thinking(self) -> str:
        """Sentence on models that do not think in the same way; empty if they do."""
        labels = self.labels
        if THINK_DIFFERENTLY in labels.marks:
            return f" The two think with different settings: {SETTINGS_TOO}."
        thinkers = ((ONLY_BASE_THINKS, labels.base), (ONLY_TUNED_THINKS, labels.tuned))
        return "".join(
            f" Only {name} thinks before it answers: {THINKING_TOO}."
            for mark, name in thinkers
            if mark in labels.marks
        )

    @property
    def sample_size(self) -> str:
        """Number of items, and of clusters if items are clustered."""
        items = number_format.counted(self.comparison.n, "item")
        clusters = number_format.counted(self.comparison.n_clusters, "cluster")
        return f"{items} in {clusters}" if self.comparison.clustered else items

    def _p(self, p: float) -> str:
        name = f"{self.labels.adjustment} p" if self.labels.adjustment else "p"
        return f"{name} {number_format.p_value(p)}"

    def _claim(self, p: float | None, adjusted: float | None) -> str:
        rests_on = claim_interval(self.comparison, p, adjusted)
        assert rests_on is not None
        assert adjusted is not None
        level = f"{number_format.significant(100 * rests_on.level, 4)} %"
        return f"{self._p(adjusted)}, {level} CI {self.interval(rests_on.limits)}"

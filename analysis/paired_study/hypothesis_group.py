"""Hypotheses that are corrected together: adjusted p-values and a judgement for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.names import in_sentence
from analysis.paired_study.rows import ComparisonKey, DataCoverage, HypothesisFamily, Judgement
from analysis.paired_study.sensitivity import PRIMARY
from analysis.sentences.phrases import HOLM
from analysis.sentences.verdict import Labels, Verdict, sentence, verdict
from analysis.stats.claims import AdjustedP, ClaimInterval, adjust_family, claim_interval
from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import benjamini_hochberg, holm
from analysis.stats.paired import Interval
from analysis.stats.power import minimum_detectable_difference
from analysis.stats.weighted_sums import Estimate


class UnjudgedComparison(NamedTuple):
    """A row of the results before p-values are corrected."""

    key: ComparisonKey
    data: DataCoverage
    comparison: Comparison


@dataclass(frozen=True)
class HypothesisGroup:
    """Hypotheses that are corrected together."""

    name: HypothesisFamily
    size: int
    confirmatory: bool
    alpha: float

    def adjusted(self, raw: Sequence[AdjustedP]) -> list[AdjustedP]:
        """Adjusted p-values; tests that are not there yet count in the size, as if p were 1."""
        adjust = benjamini_hochberg if self.name == "F4" else holm
        return adjust_family(raw, self.size, adjust)

    def judgement(
        self, member: UnjudgedComparison, raw: AdjustedP, adjusted: AdjustedP
    ) -> Judgement:
        """Verdict on a comparison, with its sentence."""
        comparison = member.comparison
        claimed = verdict(comparison, adjusted)
        claim = self._claim_interval(comparison, claimed, raw, adjusted)
        return Judgement(
            tests=self.name,
            hypotheses=self.size,
            confirmatory=self.confirmatory,
            p=raw.difference,
            p_adjusted=adjusted.difference,
            p_equivalence=adjusted.equivalence,
            p_noninferiority=adjusted.noninferiority,
            ci_claim=claim and claim.limits,
            claim_level=claim and claim.level,
            mde80_adjusted=self._detectable(comparison),
            ci_simultaneous=self._simultaneous(comparison),
            verdict=claimed,
            sentence=sentence(comparison, self._labels(member), adjusted),
        )

    def _claim_interval(
        self, comparison: Comparison, claimed: Verdict, raw: AdjustedP, adjusted: AdjustedP
    ) -> ClaimInterval | None:
        if claimed in ("equivalent", "detectable but small"):
            return claim_interval(comparison, raw.equivalence, adjusted.equivalence)
        if claimed == "non-inferior only":
            return claim_interval(comparison, raw.noninferiority, adjusted.noninferiority)
        return None

    def _detectable(self, comparison: Comparison) -> float | None:
        if self.name == "F4" or comparison.mde80 is None:
            return None
        assert comparison.se_cr2 is not None
        assert comparison.df is not None
        alpha = self.alpha / self.size
        return minimum_detectable_difference(comparison.se_cr2, comparison.df, alpha=alpha)

    def _simultaneous(self, comparison: Comparison) -> Interval | None:
        se, df = comparison.se_cr2, comparison.df
        if self.name != "F1" or se is None or df is None or comparison.refused:
            return None
        return Estimate(comparison.delta, se, df).interval(1 - self.alpha / self.size)

    def _labels(self, member: UnjudgedComparison) -> Labels:
        key = member.key
        task = in_sentence(key.task)
        score = task if key.metric == "score" else f"{task} ({key.metric})"
        if key.analysis != PRIMARY:
            score = f"{score}, {key.analysis}"
        return Labels(
            key.base,
            key.tuned,
            score,
            unit="points",
            adjustment="Benjamini-Hochberg" if self.name == "F4" else HOLM,
            tests=self.size,
            marks=member.data.marks,
            bounds=member.data.bounds,
        )


def unadjusted(member: UnjudgedComparison) -> AdjustedP:
    """p-values before any adjustment; levels are not sign-flipped: their test is the t-test."""
    comparison = member.comparison
    p = AdjustedP.of(comparison)
    return p._replace(difference=comparison.p_cr2) if member.key.scope == "level" else p

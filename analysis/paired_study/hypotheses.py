"""Families of hypotheses and verdicts over the comparisons of one prompt setting.

Families are declared by the study: F1 pairs overall, F2 pairs by level, F3 pairs by task (Holm); F4
single metrics and sensitivity analyses (Benjamini and Hochberg). They are reported separately. An
untestable hypothesis stays in its family, and so does a declared one whose cells are missing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.names import in_sentence
from analysis.paired_study.rows import (
    ComparisonKey,
    DataCoverage,
    HypothesisFamily,
    Judgement,
    ResultRow,
)
from analysis.paired_study.sensitivity import PRIMARY
from analysis.sentences.verdict import Labels, sentence, verdict
from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import benjamini_hochberg, holm
from analysis.stats.paired import Interval
from clue.config.study_schema import StudyConf
from clue.task.levels import OVERALL

FAMILY_OF: Mapping[str, HypothesisFamily] = {"overall": "F1", "levels": "F2", "tasks": "F3"}
"""Declared family to its name in the results."""


@dataclass(frozen=True)
class FamilyScope:
    """The hypotheses that a study declares under one prompt setting."""

    tested_scores: Mapping[str, str]
    """Task to the score that is tested for it: F3 has one hypothesis per data set."""
    sizes: Mapping[str, int] | None
    """Declared family to its number of hypotheses; None = the comparisons that are there."""
    declared: bool
    """True if the tests of this prompt setting are confirmatory."""

    def family(self, key: ComparisonKey) -> HypothesisFamily:
        """The family of hypotheses that a comparison belongs to."""
        family = hypothesis_family(key, self.tested_scores)
        declared = {FAMILY_OF[name] for name in (FAMILY_OF if self.sizes is None else self.sizes)}
        return family if family in declared else "F4"

    def size(self, family: HypothesisFamily, present: int) -> int:
        """Number of hypotheses: a declared comparison that is not there yet counts too."""
        declared = {FAMILY_OF[name]: size for name, size in (self.sizes or {}).items()}
        return max(declared.get(family, present), present)


class UnjudgedComparison(NamedTuple):
    """A row of the results before p-values are corrected."""

    key: ComparisonKey
    data: DataCoverage
    comparison: Comparison


def judge(
    comparisons: Sequence[UnjudgedComparison], scope: FamilyScope, study: StudyConf
) -> list[ResultRow]:
    """Correct p-values within families and give verdicts; rows are sorted.

    Args:
        comparisons: all of one prompt setting.
        scope: the declared hypotheses.
        study: with alpha.
    """
    families: dict[HypothesisFamily, list[UnjudgedComparison]] = defaultdict(list)
    for comparison in sorted(comparisons, key=lambda one: one.key):
        families[scope.family(comparison.key)].append(comparison)
    rows = [
        row
        for family, members in families.items()
        for row in _judge_family(family, members, scope, study)
    ]
    return sorted(rows, key=lambda row: row.key)


def hypothesis_family(key: ComparisonKey, tested_scores: Mapping[str, str]) -> HypothesisFamily:
    """The family of hypotheses that a comparison belongs to if all families are declared."""
    if key.analysis != PRIMARY or key.scope == "metric":
        return "F4"
    if key.scope == "level":
        return "F1" if key.task == OVERALL else "F2"
    return "F3" if tested_scores.get(key.task, key.task) == key.task else "F4"


def _judge_family(
    family: HypothesisFamily,
    members: Sequence[UnjudgedComparison],
    scope: FamilyScope,
    study: StudyConf,
) -> list[ResultRow]:
    size = len(members) if family == "F4" else scope.size(family, len(members))
    raw = [_primary_p(member) for member in members]
    adjusted = _adjusted(family, raw, size)
    equivalence = _adjusted(family, [member.comparison.tost_p for member in members], size)
    rows = []
    for member, p, adjusted_p, adjusted_tost in zip(
        members, raw, adjusted, equivalence, strict=True
    ):
        p_adjusted = None if np.isnan(adjusted_p) else float(adjusted_p)
        p_equivalence = None if np.isnan(adjusted_tost) else float(adjusted_tost)
        labels = _labels(family, member)
        judgement = Judgement(
            tests=family,
            hypotheses=size,
            confirmatory=scope.declared and family != "F4",
            p=p,
            p_adjusted=p_adjusted,
            p_equivalence=p_equivalence,
            ci_simultaneous=_simultaneous(family, member, size, study.alpha),
            verdict=verdict(member.comparison, p_adjusted, p_equivalence),
            sentence=sentence(member.comparison, labels, p_adjusted, p_equivalence),
        )
        rows.append(ResultRow(*member, judgement))
    return rows


def _adjusted(
    family: HypothesisFamily, p: Sequence[float | None], size: int
) -> NDArray[np.float64]:
    """Adjusted p-values of the comparisons that are there; those that are not count as untested."""
    adjust = benjamini_hochberg if family == "F4" else holm
    return adjust([*_numbers(p), *[float("nan")] * (size - len(p))])[: len(p)]


def _primary_p(member: UnjudgedComparison) -> float | None:
    """Levels are sums over tasks, which are not sign-flipped: their test is the t-test."""
    return member.comparison.p_cr2 if member.key.scope == "level" else member.comparison.p


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _simultaneous(
    family: HypothesisFamily, member: UnjudgedComparison, size: int, alpha: float
) -> Interval | None:
    comparison = member.comparison
    if family != "F1" or comparison.se_cr2 is None or comparison.df is None or comparison.refused:
        return None
    half_width = float(stats.t.ppf(1 - alpha / (2 * size), comparison.df)) * comparison.se_cr2
    return Interval(comparison.delta - half_width, comparison.delta + half_width)


def _labels(family: HypothesisFamily, member: UnjudgedComparison) -> Labels:
    key = member.key
    task = in_sentence(key.task)
    score = task if key.metric == "score" else f"{task} ({key.metric})"
    if key.analysis != PRIMARY:
        score = f"{score}, {key.analysis}"
    adjustment = "Benjamini-Hochberg" if family == "F4" else "Holm"
    return Labels(key.base, key.tuned, score, "points", adjustment, member.data.marks)

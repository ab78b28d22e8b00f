"""Families of hypotheses and verdicts over the comparisons of one prompt setting.

Families are declared in `docs/statistics.md`: F1 pairs overall, F2 pairs by level, F3 pairs by task
(Holm); F4 single metrics and sensitivity analyses (Benjamini and Hochberg). They are reported
separately; an untestable hypothesis stays in its family.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
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
from analysis.settings import AnalysisConf
from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import benjamini_hochberg, holm
from analysis.stats.paired import Interval
from clue.task.levels import OVERALL


class UnjudgedComparison(NamedTuple):
    """A row of the results before p-values are corrected."""

    key: ComparisonKey
    data: DataCoverage
    comparison: Comparison


def judge(
    comparisons: Sequence[UnjudgedComparison],
    datasets: Mapping[str, str],
    settings: AnalysisConf,
    *,
    declared: bool,
) -> list[ResultRow]:
    """Correct p-values within families and give verdicts; rows are sorted.

    Args:
        comparisons: all of one prompt setting.
        datasets: task to its data set: F3 has one hypothesis per data set.
        settings: of the analysis.
        declared: True if the tests of this prompt setting are confirmatory.
    """
    families: dict[HypothesisFamily, list[UnjudgedComparison]] = defaultdict(list)
    for comparison in sorted(comparisons, key=lambda one: one.key):
        families[hypothesis_family(comparison.key, datasets)].append(comparison)
    rows = [
        row
        for family, members in families.items()
        for row in _judge_family(family, members, settings, declared=declared)
    ]
    return sorted(rows, key=lambda row: row.key)


def hypothesis_family(key: ComparisonKey, datasets: Mapping[str, str]) -> HypothesisFamily:
    """The family of hypotheses that a comparison belongs to."""
    if key.analysis != PRIMARY or key.scope == "metric":
        return "F4"
    if key.scope == "level":
        return "F1" if key.task == OVERALL else "F2"
    return "F3" if datasets.get(key.task, key.task) == key.task else "F4"


def _judge_family(
    family: HypothesisFamily,
    members: Sequence[UnjudgedComparison],
    settings: AnalysisConf,
    *,
    declared: bool,
) -> list[ResultRow]:
    adjust = benjamini_hochberg if family == "F4" else holm
    raw = [_primary_p(member) for member in members]
    adjusted = adjust(_numbers(raw))
    equivalence = adjust(_numbers([member.comparison.tost_p for member in members]))
    rows = []
    for member, p, adjusted_p, adjusted_tost in zip(
        members, raw, adjusted, equivalence, strict=True
    ):
        p_adjusted = None if np.isnan(adjusted_p) else float(adjusted_p)
        p_equivalence = None if np.isnan(adjusted_tost) else float(adjusted_tost)
        labels = _labels(family, member)
        judgement = Judgement(
            tests=family,
            hypotheses=len(members),
            confirmatory=declared and family != "F4",
            p=p,
            p_adjusted=p_adjusted,
            p_equivalence=p_equivalence,
            ci_simultaneous=_simultaneous(family, member, len(members), settings.alpha),
            verdict=verdict(member.comparison, p_adjusted, p_equivalence),
            sentence=sentence(member.comparison, labels, p_adjusted, p_equivalence),
        )
        rows.append(ResultRow(*member, judgement))
    return rows


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

"""What the rows of one prompt setting allow to say together: families of hypotheses and verdicts.

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
from analysis.sentences.verdict import Wording, sentence, verdict
from analysis.settings import AnalysisConf
from analysis.stats.comparison import Comparison
from analysis.stats.multiplicity import benjamini_hochberg, holm
from analysis.stats.paired import Interval
from clue.task.levels import OVERALL


class UnjudgedComparison(NamedTuple):
    """A comparison that waits for its judgement."""

    key: ComparisonKey
    data: DataCoverage
    comparison: Comparison


def judge(
    found: Sequence[UnjudgedComparison],
    datasets: Mapping[str, str],
    settings: AnalysisConf,
    *,
    declared: bool,
) -> list[ResultRow]:
    """Rows of one prompt setting, sorted.

    Args:
        found: all its comparisons.
        datasets: task to its data set: F3 has one hypothesis per data set.
        settings: of the analysis.
        declared: whether this prompt setting is the one whose tests are confirmatory.
    """
    families: dict[HypothesisFamily, list[UnjudgedComparison]] = defaultdict(list)
    for each in sorted(found, key=lambda one: one.key):
        families[hypothesis_family(each.key, datasets)].append(each)
    rows = [
        row
        for name, members in families.items()
        for row in _family(name, members, settings, declared=declared)
    ]
    return sorted(rows, key=lambda row: row.key)


def hypothesis_family(key: ComparisonKey, datasets: Mapping[str, str]) -> HypothesisFamily:
    """The family of hypotheses that a comparison belongs to."""
    if key.analysis != PRIMARY or key.scope == "metric":
        return "F4"
    if key.scope == "level":
        return "F1" if key.task == OVERALL else "F2"
    return "F3" if datasets.get(key.task, key.task) == key.task else "F4"


def _family(
    name: HypothesisFamily,
    members: Sequence[UnjudgedComparison],
    settings: AnalysisConf,
    *,
    declared: bool,
) -> list[ResultRow]:
    adjust = benjamini_hochberg if name == "F4" else holm
    raw = [_p(each) for each in members]
    adjusted = adjust(_numbers(raw))
    equivalence = adjust(_numbers([each.comparison.tost_p for each in members]))
    rows = []
    for each, p, p_adjusted, p_equivalence in zip(members, raw, adjusted, equivalence, strict=True):
        corrected = None if np.isnan(p_adjusted) else float(p_adjusted)
        same = None if np.isnan(p_equivalence) else float(p_equivalence)
        made = Judgement(
            tests=name,
            hypotheses=len(members),
            confirmatory=declared and name != "F4",
            p=p,
            p_adjusted=corrected,
            p_equivalence=same,
            ci_simultaneous=_simultaneous(name, each, len(members), settings.alpha),
            verdict=verdict(each.comparison, corrected, same),
            sentence=sentence(each.comparison, _wording(name, each), corrected, same),
        )
        rows.append(ResultRow(*each, made))
    return rows


def _p(found: UnjudgedComparison) -> float | None:
    """Levels are sums over tasks, which are not sign-flipped: their test is the t-test."""
    return found.comparison.p_cr2 if found.key.scope == "level" else found.comparison.p


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _simultaneous(
    name: HypothesisFamily, found: UnjudgedComparison, size: int, alpha: float
) -> Interval | None:
    made = found.comparison
    if name != "F1" or made.se_cr2 is None or made.df is None or made.refused:
        return None
    reach = float(stats.t.ppf(1 - alpha / (2 * size), made.df)) * made.se_cr2
    return Interval(made.delta - reach, made.delta + reach)


def _wording(name: HypothesisFamily, found: UnjudgedComparison) -> Wording:
    key = found.key
    task = in_sentence(key.task)
    score = task if key.metric == "score" else f"{task} ({key.metric})"
    if key.analysis != PRIMARY:
        score = f"{score}, {key.analysis}"
    adjustment = "Benjamini-Hochberg" if name == "F4" else "Holm"
    return Wording(key.base, key.tuned, score, "points", adjustment)

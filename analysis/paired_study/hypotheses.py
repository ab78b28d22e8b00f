"""Families of hypotheses and verdicts over the comparisons of one prompt setting.

Families are declared by the study: F1 pairs overall, F2 pairs by level, F3 pairs by task (Holm); F4
single metrics and sensitivity analyses (Benjamini and Hochberg), each analysis and each kind of
score on its own, because a sensitivity analysis repeats a comparison. They are reported separately.
An untestable hypothesis stays in its family, and so does a declared one whose cells are missing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.paired_study.hypothesis_group import (
    HypothesisGroup,
    UnjudgedComparison,
    unadjusted,
)
from analysis.paired_study.rows import (
    ComparisonKey,
    HypothesisFamily,
    ResultRow,
)
from analysis.paired_study.sensitivity import PRIMARY
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


def judge(
    comparisons: Sequence[UnjudgedComparison], scope: FamilyScope, study: StudyConf
) -> list[ResultRow]:
    """Correct p-values within families and give verdicts; rows are sorted.

    Args:
        comparisons: all of one prompt setting.
        scope: the declared hypotheses.
        study: with alpha.
    """
    families: dict[tuple[str, ...], list[UnjudgedComparison]] = defaultdict(list)
    for comparison in sorted(comparisons, key=lambda one: one.key):
        family = scope.family(comparison.key)
        kind = (comparison.key.analysis, comparison.key.scope) if family == "F4" else ()
        families[family, *kind].append(comparison)
    rows = [row for members in families.values() for row in _judge_family(members, scope, study)]
    return sorted(rows, key=lambda row: row.key)


def hypothesis_family(key: ComparisonKey, tested_scores: Mapping[str, str]) -> HypothesisFamily:
    """The family of hypotheses that a comparison belongs to if all families are declared."""
    if key.analysis != PRIMARY or key.scope == "metric":
        return "F4"
    if key.scope == "level":
        return "F1" if key.task == OVERALL else "F2"
    return "F3" if tested_scores.get(key.task, key.task) == key.task else "F4"


def _judge_family(
    members: Sequence[UnjudgedComparison], scope: FamilyScope, study: StudyConf
) -> list[ResultRow]:
    name = scope.family(members[0].key)
    size = len(members) if name == "F4" else scope.size(name, len(members))
    family = HypothesisGroup(name, size, scope.declared and name != "F4", study.alpha)
    raw = [unadjusted(member) for member in members]
    adjusted = family.adjusted(raw)
    return [
        ResultRow(*member, family.judgement(member, p, adjusted_p))
        for member, p, adjusted_p in zip(members, raw, adjusted, strict=True)
    ]

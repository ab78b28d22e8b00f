"""Exam questions against clinical tasks: each pair's difference on one side minus on the other.

The study declares the sides (`level_contrast`), which are both scored right or wrong. The mean over
all pairs is one hypothesis of its own, pooled as the headline is. Beside it, and without a test:
exam questions minus each level, and the line of clinical on exam differences.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from analysis import published
from analysis.meta.errors_in_variables import ErrorsInVariables, errors_in_variables
from analysis.meta.meta_analysis import estimate_as_dict
from analysis.paired_study.levels import Levels, Weights, minus
from analysis.paired_study.pooled import LevelDifferences, PooledAnswer
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Array, Interval
from analysis.stats.weighted_sums import Estimate
from clue.config.study_schema import LevelContrastConf
from clue.marks import Marks
from clue.task.levels import OVERALL, equal_weights

CLINICAL = "clinical"
"""The declared side that exam questions are compared with; other names are levels."""


@dataclass(frozen=True, order=True)
class ExamKey:
    """Identifies a pair and the side that exam questions are compared with."""

    prompt: str
    """Prompt setting of all cells."""
    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    family: str
    """Family of base models that the pair belongs to."""
    against: str
    """`clinical`: the declared clinical side; otherwise a level."""

    @property
    def pair(self) -> str:
        """Name of the pair."""
        return f"{self.tuned} - {self.base}"


@dataclass(frozen=True)
class ExamDifference:
    """A pair's difference (tuned minus base) on exam questions minus that on the other side."""

    marks: Marks
    """Marks of the cells of the pair."""
    exam: float | None = None
    """Difference on exam questions, in points."""
    other: float | None = None
    """Difference on the other side, in points."""
    delta: float | None = None
    """`exam` minus `other`."""
    se_cr2: float | None = None
    """Cluster-robust standard error of `delta`."""
    df: float | None = None
    """Degrees of freedom of `se_cr2`, by Welch and Satterthwaite."""
    ci95: Interval | None = None
    """95 % t interval of `delta`."""
    p: float | None = None
    """Two-sided t-test, unadjusted; only against the clinical side."""
    p_adjusted: float | None = None
    """`p` adjusted by Holm over the pairs."""
    hypotheses: int = 0
    """Number of these tests: the declared pairs; 0 against levels, which are not tested."""
    published_exam: float | None = None
    """Difference on exam questions that the models' authors report, by other protocols."""
    refused: str | None = None
    """Reason why the pair is left out."""


class ExamRow(NamedTuple):
    """One line of exam_contrast.csv."""

    key: ExamKey
    difference: ExamDifference


@dataclass(frozen=True)
class ExamPoint:
    """Both differences of a pair, with their joint error."""

    pair: str
    exam: Estimate
    clinical: Estimate
    covariance: float
    """Of the two errors; 0 if the sides share no patients."""


@dataclass(frozen=True)
class ExamContrast:
    """Exam questions against clinical tasks, of all pairs under one prompt setting."""

    sides: Mapping[str, Sequence[str]]
    """Side to its data sets."""
    rows: Sequence[ExamRow]
    """Against the clinical side, then against each level; in each the pairs, sorted."""
    pooled: Mapping[str, PooledAnswer]
    """Side or level to the mean of all pairs; only the clinical side is tested."""
    means: Mapping[str, Estimate]
    """`exam` and `clinical` to the mean of exactly these pairs."""
    points: Sequence[ExamPoint]
    line: ErrorsInVariables | None
    """Of clinical on exam differences; None: no pair has both sides."""

    def against(self, side: str) -> list[ExamRow]:
        """Rows of one comparison."""
        return [row for row in self.rows if row.key.against == side]

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        line = self.line
        return {
            "sides": {name: list(parts) for name, parts in self.sides.items()},
            "pooled": {name: answer.as_dict() for name, answer in self.pooled.items()},
            "means": {name: estimate_as_dict(mean) for name, mean in self.means.items()},
            "left_out": {
                row.key.pair: row.difference.refused
                for row in self.against(CLINICAL)
                if row.difference.refused
            },
            "line": line
            and {
                "slope": line.slope,
                "intercept": line.intercept,
                "ci95": list(line.ci95),
                "reliability": line.reliability,
                "pairs": line.n_pairs,
                "families": line.n_families,
                "refused": line.refused,
            },
        }


@dataclass(frozen=True)
class PairsOfStudy:
    """The pairs of a prompt setting, with all that a line about them needs."""

    prompt: str
    families: Mapping[str, str]
    """Pair to family."""
    recipes: Mapping[str, str]
    """Pair to training recipe."""
    marks: Mapping[str, Marks]
    """Pair to the marks of its cells."""
    declared: int
    """Number of declared pairs: those that are not there yet count as tests too."""


def exam_contrast(
    contrast: LevelContrastConf, levels: Levels, weights: Mapping[str, Weights], pairs: PairsOfStudy
) -> ExamContrast:
    """Compares exam questions with clinical tasks, and beside that with each level.

    Args:
        contrast: data sets of both sides.
        levels: data-set scores of all pairs, with their joint error.
        weights: level to weights of data sets.
        pairs: the pairs.
    """
    exam, clinical = (equal_weights(side) for side in contrast.sides.values())
    others = {CLINICAL: clinical, **_levels_beside(weights, exam)}
    rows, pooled = [], {}
    for name, other in others.items():
        of_side = _rows(name, levels, (exam, other), pairs)
        rows += _tested(of_side, pairs.declared) if name == CLINICAL else of_side
        usable = LevelDifferences.of(
            levels, minus(exam, other), pairs.families, pairs.recipes
        ).with_error()
        if usable.pairs:
            pooled[name] = usable.answer()
    points = _points(levels, exam, clinical)
    return ExamContrast(
        contrast.sides,
        rows,
        pooled,
        _means(levels, {"exam": exam, CLINICAL: clinical}, pairs),
        points,
        _line(levels, (exam, clinical), [point.pair for point in points], pairs.families),
    )


def _levels_beside(weights: Mapping[str, Weights], exam: Weights) -> dict[str, Weights]:
    """Levels that share no data set with the exam side."""
    return {
        name: level
        for name, level in weights.items()
        if name != OVERALL and not set(level) & set(exam)
    }


def _rows(
    name: str, levels: Levels, sides: tuple[Weights, Weights], pairs: PairsOfStudy
) -> list[ExamRow]:
    reported = published.differences().set_index("model")["multiple_choice"]
    rows = []
    for pair in sorted(pairs.families):
        tuned, _, base = pair.partition(" - ")
        key = ExamKey(pairs.prompt, tuned, base, pairs.families[pair], name)
        value = float(reported.get(tuned, np.nan))
        blank = ExamDifference(pairs.marks[pair], published_exam=None if np.isnan(value) else value)
        rows.append(ExamRow(key, _difference(blank, pair, levels, sides)))
    return rows


def _difference(
    blank: ExamDifference, pair: str, levels: Levels, sides: tuple[Weights, Weights]
) -> ExamDifference:
    signed = minus(*sides)
    parts = {one.unit.score: one for one in levels.comparisons if one.unit.pair == pair}
    missing = [name for name in signed if name not in parts]
    if missing:
        return replace(blank, refused=f"no comparison on {', '.join(missing)}")
    clusters = min(parts[name].comparison.n_clusters for name in signed)
    if clusters < LEAST_CLUSTERS:
        return replace(blank, refused=f"{clusters} clusters are too few for a test")
    exam, other = (levels.estimate(pair, side).delta for side in sides)
    estimate = levels.estimate(pair, signed)
    both = replace(blank, exam=exam, other=other, delta=estimate.delta)
    if not estimate.se > 0:
        return replace(both, refused="the differences are the same in all clusters")
    return replace(both, se_cr2=estimate.se, df=estimate.df, ci95=estimate.interval(), p=estimate.p)


def _tested(rows: Sequence[ExamRow], declared: int) -> list[ExamRow]:
    """Adjusts the p of one comparison by Holm over the declared pairs."""
    size = max(declared, len(rows))
    raw = [1.0 if row.difference.p is None else row.difference.p for row in rows]
    adjusted = holm([*raw, *[1.0] * (size - len(raw))])
    return [
        ExamRow(
            row.key,
            replace(
                row.difference,
                p_adjusted=None if row.difference.p is None else float(p),
                hypotheses=size,
            ),
        )
        for row, p in zip(rows, adjusted, strict=False)
    ]


def _points(levels: Levels, exam: Weights, clinical: Weights) -> list[ExamPoint]:
    pairs = levels.complete({**exam, **clinical})
    across = levels.joint(pairs, exam, clinical)
    return [
        ExamPoint(
            pair,
            levels.estimate(pair, exam),
            levels.estimate(pair, clinical),
            float(across[number, number]),
        )
        for number, pair in enumerate(pairs)
    ]


def _means(
    levels: Levels, sides: Mapping[str, Weights], pairs: PairsOfStudy
) -> dict[str, Estimate]:
    """Mean of each side over the pairs that have both."""
    both = levels.complete({name: 1.0 for side in sides.values() for name in side})
    means = {}
    for name, side in sides.items():
        differences = LevelDifferences.of(levels, side, pairs.families)
        chosen = [number for number, pair in enumerate(differences.pairs) if pair in both]
        if chosen:
            means[name] = differences.mean(chosen)
    return means


def _line(
    levels: Levels,
    sides: tuple[Weights, Weights],
    pairs: Sequence[str],
    families: Mapping[str, str],
) -> ErrorsInVariables | None:
    if not pairs:
        return None
    x, y = (_deltas(levels, pairs, side) for side in sides)
    joint = levels.joint(pairs, sides[0]), levels.joint(pairs, *sides)
    return errors_in_variables(x, y, joint, [families[pair] for pair in pairs])


def _deltas(levels: Levels, pairs: Sequence[str], side: Weights) -> Array:
    return np.array([levels.estimate(pair, side).delta for pair in pairs])

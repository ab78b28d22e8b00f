"""Each difference split into the share of answers that can be read, and how good these are.

The parts add up to the difference exactly (`analysis.stats.readable_split`). Levels are weighted
sums of their data sets' parts. Where the likeliest answer was scored too (`accuracy_choice`), its
score minus that of the generated answer is a second view, which selects no items. Exploratory: all
tests of a prompt setting are one family, adjusted by Benjamini and Hochberg.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from analysis.paired_study.format_content_rows import (
    TESTED,
    FormatContent,
    FormatContentResults,
    PooledParts,
    SplitKey,
    SplitRow,
)
from analysis.paired_study.joint_covariance import DatasetSeries, joint_covariance
from analysis.paired_study.levels import DatasetComparison, Levels, Weights
from analysis.paired_study.pooled import LevelDifferences
from analysis.paired_study.readable_answers import choice_score, readable_scores
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.testing import TestedSeries
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.clusters import robust
from analysis.stats.multiplicity import benjamini_hochberg
from analysis.stats.paired import Array, Paired
from analysis.stats.readable_split import PARTS, ReadableScores, readable_split
from analysis.stats.weighted_sums import Estimate
from clue.marks import union


class _SplitSeries(NamedTuple):
    """A split task score; each part is a series of items whose mean is the part."""

    row: SplitRow
    parts: Mapping[str, DatasetComparison]


def format_content(
    tested: Iterable[TestedSeries],
    weights: Mapping[str, Weights],
    families: Mapping[str, str],
) -> FormatContentResults:
    """Splits the differences of all pairs on all data sets, and in all levels.

    Args:
        tested: all series of a prompt setting.
        weights: level to weights of data sets.
        families: pair to family.
    """
    splits = [
        _split(series)
        for series in tested
        if series.source.is_level_part and series.source.key.analysis == PRIMARY
    ]
    rows = [split.row for split in splits]
    of_parts = {name: _levels_of(name, [one for one in splits if one.parts]) for name in PARTS}
    pooled = []
    for level, parts in weights.items():
        differences = {
            name: LevelDifferences.of(one, parts, families) for name, one in of_parts.items()
        }
        rows += _level_rows(level, parts, differences, rows)
        pairs = len(differences["form"].pairs)
        if pairs:
            means = {name: one.mean() for name, one in differences.items()}
            pooled.append(PooledParts(level, pairs, means))
    return FormatContentResults(sorted(_adjusted(rows), key=lambda row: row.key), pooled)


def _split(series: TestedSeries) -> _SplitSeries:
    source, comparison = series.source, series.result.comparison
    key = SplitKey.of(source.key, "task")
    blank = FormatContent(series.result.data.marks, comparison.n, comparison.n_clusters)
    reason = series.result.data.status == "refused" and comparison.refused
    if reason:
        return _SplitSeries(SplitRow(key, replace(blank, refused=reason)), {})
    base, tuned = readable_scores(source.aligned, source.series)
    blank = replace(
        blank,
        delta=comparison.delta,
        **_sides("readable", 100 * base.share, 100 * tuned.share),
        **_choice(source.series, choice_score(source.aligned)),
    )
    reason = _refusal(source.series, base, tuned)
    if reason:
        return _SplitSeries(SplitRow(key, replace(blank, refused=reason)), {})
    parts = {
        name: replace(source.series, base=np.zeros(len(values)), tuned=values, step_size=None)
        for name, values in readable_split(base, tuned).items()
    }
    numbers = {
        **_sides("quality", base.quality, tuned.quality),
        **{k: v for name, part in parts.items() for k, v in _fields(name, _mean(part)).items()},
    }
    units = {
        name: DatasetComparison(
            DatasetSeries(source.key.pair, source.key.task, source.dataset, part), comparison
        )
        for name, part in parts.items()
    }
    return _SplitSeries(SplitRow(key, replace(blank, **numbers)), units)


def _refusal(series: Paired, base: ReadableScores, tuned: ReadableScores) -> str | None:
    """Reason against a split; the mean score of readable answers needs a few clusters of them."""
    for name, side in (("base", base), ("biomedical model", tuned)):
        clusters = len(np.unique(series.codes[side.readable > 0]))
        if clusters < LEAST_CLUSTERS:
            return f"readable answers of the {name} are in {clusters} clusters: too few for a mean"
    return None


def _mean(part: Paired) -> Estimate:
    return Estimate.of(robust(part.sums))


def _sides(name: str, base: float, tuned: float) -> dict[str, Any]:
    return {f"{name}_base": base, f"{name}_tuned": tuned}


def _fields(name: str, estimate: Estimate) -> dict[str, Any]:
    """Columns of an estimate; without an error only its value."""
    numbers: dict[str, Any] = {name: estimate.delta}
    if estimate.se > 0:
        numbers |= {f"se_{name}": estimate.se, f"ci95_{name}": estimate.interval()}
        if name in TESTED:
            numbers |= {f"df_{name}": estimate.df, f"p_{name}": estimate.p}
    return numbers


def _choice(generated: Paired, choice: Paired | None) -> dict[str, Any]:
    """Score of the likeliest answer minus that of the generated one: both models, difference."""
    if choice is None or choice.ids != generated.ids:
        return {}
    zeros = np.zeros(len(choice.ids))
    gaps: dict[str, Array] = {
        "choice_base": choice.base - generated.base,
        "choice_tuned": choice.tuned - generated.tuned,
    }
    gaps["choice"] = gaps["choice_tuned"] - gaps["choice_base"]
    numbers: dict[str, Any] = {}
    for name, values in gaps.items():
        gap = replace(generated, base=zeros, tuned=values, step_size=None)
        numbers |= _fields(name, _mean(gap))
    return {name: value for name, value in numbers.items() if name in _COLUMNS}


_COLUMNS = frozenset(FormatContent.__dataclass_fields__)
"""A gap of one model has no column of its error."""


def _levels_of(name: str, splits: Sequence[_SplitSeries]) -> Levels:
    """One part of all data sets and pairs, with its joint error."""
    members = [one.parts[name] for one in splits]
    estimates = [_mean(member.unit.series) for member in members]
    return Levels(members, estimates, joint_covariance([member.unit for member in members]))


def _level_rows(
    level: str,
    weights: Weights,
    differences: Mapping[str, LevelDifferences],
    rows: Sequence[SplitRow],
) -> Iterator[SplitRow]:
    by_score = {(row.key.pair, row.key.task): row for row in rows if row.key.scope == "task"}
    for number, pair in enumerate(differences["form"].pairs):
        parts = [by_score[pair, name] for name in weights]
        key = replace(parts[0].key, task=level, scope="level")
        estimates = {name: one.estimates[number] for name, one in differences.items()}
        n, clusters = (sum(getattr(one.split, x) for one in parts) for x in ("n", "n_clusters"))
        blank = FormatContent(union(*(one.split.marks for one in parts)), n, clusters)
        delta = sum(estimate.delta for estimate in estimates.values())
        numbers = [_fields(name, estimate) for name, estimate in estimates.items()]
        yield SplitRow(
            key, replace(blank, delta=delta, **{k: v for one in numbers for k, v in one.items()})
        )


def _adjusted(rows: Sequence[SplitRow]) -> Iterator[SplitRow]:
    """Adjusts all tests of the prompt setting together."""
    columns = [f"p_{name}" for name in TESTED]
    raw = [getattr(row.split, name) for row in rows for name in columns]
    tests = [p for p in raw if p is not None]
    adjusted = iter(benjamini_hochberg(tests).tolist() if tests else [])
    for row in rows:
        q = {
            f"q_{name}": next(adjusted)
            for name in TESTED
            if getattr(row.split, f"p_{name}") is not None
        }
        yield SplitRow(row.key, replace(row.split, hypotheses=len(tests), **q))

"""Sources of the error of a difference: shares of its variance, and what would shrink it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from analysis.paired_study.presentations import presentations
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.testing import TestedSeries
from analysis.stats.variance_components import NestedVariance, nested_variance
from clue.marks import Marks

LEVELS = ("clusters", "items", "repeats", "wordings", "draws")
"""Nested levels, from the coarsest one to the finest."""
AS_GOOD = 1.02
"""An error up to this many times the smallest one counts as equally small."""


@dataclass(frozen=True)
class VarianceShares:
    """Shares of the variance of a single answer's difference, and errors in other designs.

    Empty: the level has one unit only in each unit above.
    """

    marks: Marks
    """Marks of the cells of the pair."""
    n_answers: int
    """Answers that both models gave."""
    sd: float | None = None
    """Standard deviation of the difference of a single answer, in points."""
    share_clusters: float | None = None
    """Share of the variance between clusters, 0 to 1."""
    share_items: float | None = None
    """Between items of a cluster; with one answer per item also all that follows."""
    share_repeats: float | None = None
    """Between presentations of an item."""
    share_wordings: float | None = None
    """Between wordings of the prompt of a presentation."""
    share_draws: float | None = None
    """Between sampled answers to one prompt."""
    negative: str | None = None
    """Levels whose estimated variance is below 0; it counts as 0."""
    se: float | None = None
    """`se_cr2` of the difference, in points."""
    se_twice_clusters: float | None = None
    """Expected standard error with twice as many clusters."""
    se_twice_items: float | None = None
    """With twice as many items, in each cluster if clusters have several."""
    se_twice_repeats: float | None = None
    """With twice as many presentations of each item."""
    se_twice_wordings: float | None = None
    """With twice as many wordings."""
    se_twice_draws: float | None = None
    """With twice as many sampled answers."""
    most: str | None = None
    """What would shrink the error most if there were twice as many of it; several if they differ by
    at most 2 %."""
    refused: str | None = None
    """Reason why there are no shares."""

    def of(self, prefix: str) -> Mapping[str, float]:
        """Level to the value of `share_` or `se_twice_`, for the levels that have one."""
        values = {name: getattr(self, f"{prefix}{name}") for name in LEVELS}
        return {name: value for name, value in values.items() if value is not None}


class VarianceRow(NamedTuple):
    """One line of variance.csv."""

    key: ScoreKey
    shares: VarianceShares


def variance_table(tested: Iterable[TestedSeries]) -> list[VarianceRow]:
    """Shares of all pairs and task scores, sorted.

    Args:
        tested: all series of a prompt setting.
    """
    rows = [
        VarianceRow(ScoreKey.of(series.source.key), _shares(series))
        for series in tested
        if series.is_primary_part
    ]
    return sorted(rows, key=lambda row: row.key)


def _shares(series: TestedSeries) -> VarianceShares:
    data, comparison = series.result.data, series.result.comparison
    answers = presentations(series.source.aligned)
    blank = VarianceShares(data.marks, len(answers.keys), refused=comparison.refused)
    if comparison.refused is not None:
        return blank
    if not comparison.se_cr2:
        return replace(blank, refused="the difference is the same on all items")
    levels = dict(answers.levels())
    last = next(reversed(levels))
    coarser = [codes for name, codes in levels.items() if name != last]
    variance = nested_variance(answers.differences, coarser, answers.weights)
    return _filled(blank, tuple(levels), variance, comparison.se_cr2)


def _filled(
    blank: VarianceShares, levels: tuple[str, ...], variance: NestedVariance, se: float
) -> VarianceShares:
    """Expected errors are the present one times the ratio that the components predict."""
    present = variance.error()
    twice = {name: se * variance.error(number) / present for number, name in enumerate(levels)}
    estimates = zip(levels, variance.estimates, strict=True)
    smallest = min(twice.values())
    values: dict[str, Any] = {
        **{f"share_{name}": float(x) for name, x in zip(levels, variance.shares, strict=True)},
        **{f"se_twice_{name}": error for name, error in twice.items()},
        "sd": float(variance.variances.sum() ** 0.5),
        "negative": ", ".join(name for name, estimate in estimates if estimate < 0) or None,
        "se": se,
        "most": " or ".join(name for name in twice if twice[name] <= AS_GOOD * smallest),
    }
    return replace(blank, **values)

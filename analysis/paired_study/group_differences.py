"""The difference of a pair in each group of items, such as the subjects of an exam.

Exploratory. Only data sets whose task file names its groups (`strata`) have them: the ids of their
samples begin with the group. All groups of a prompt setting are one family, adjusted by Benjamini
and Hochberg.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.testing import TestedSeries
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.clusters import influence, robust
from analysis.stats.multiplicity import benjamini_hochberg
from analysis.stats.paired import Array, Interval, Paired, Sums
from analysis.stats.weighted_sums import Estimate
from clue.marks import Marks


@dataclass(frozen=True, order=True)
class GroupKey(ScoreKey):
    """Identifies a group of items of a task score."""

    group: str
    """Group of items."""


@dataclass(frozen=True)
class GroupDifference:
    """Difference (tuned minus base) in one group of items, in points."""

    marks: Marks
    """Marks of the cells of the pair."""
    n: int
    """Items of the group."""
    n_clusters: int
    """Clusters of these items."""
    mean_base: float
    """Mean score of base in the group."""
    mean_tuned: float
    """Mean score of tuned in the group."""
    delta: float
    """`mean_tuned` minus `mean_base`."""
    se_cr2: float | None = None
    """Cluster-robust standard error of `delta`."""
    df: float | None = None
    """Satterthwaite degrees of freedom of `se_cr2`."""
    ci95: Interval | None = None
    """95 % interval of `delta`: CR2 with Satterthwaite t."""
    p: float | None = None
    """Two-sided t-test of `delta`, unadjusted."""
    q: float | None = None
    """`p` adjusted by Benjamini and Hochberg over all groups of the prompt setting."""
    p_equal: float | None = None
    """Wald test that the difference is the same in all groups of the task (chi-square, joint
    covariance of the groups); the same in all rows of a task score."""
    hypotheses: int = 0
    """Number of groups that are adjusted together."""
    refused: str | None = None
    """Reason why nothing is tested in the group."""


class GroupRow(NamedTuple):
    """One line of groups.csv."""

    key: GroupKey
    difference: GroupDifference


def group_differences(tested: Iterable[TestedSeries]) -> list[GroupRow]:
    """Differences of all pairs in every group of items under one prompt setting, sorted.

    Args:
        tested: all series of the prompt setting.
    """
    rows = [
        row
        for series in tested
        if series.source.is_level_part
        and series.source.key.analysis == PRIMARY
        and series.result.comparison.refused is None
        and all(one.match.base.facts.get("strata") for one in series.source.aligned)
        for row in _of_series(series)
    ]
    return list(_adjusted(sorted(rows, key=lambda row: row.key)))


def equal_differences_p(paired: Paired, groups: NDArray[np.intp]) -> float | None:
    """P of the Wald test that the mean difference is the same in all groups.

    Clusters may have items of several groups: the groups' covariance is that of the influences of
    the clusters.

    Args:
        paired: items of all groups.
        groups: number of the group of each item, shape (n,).

    Returns:
        None with one group, or if the covariance is singular.
    """
    count = int(groups.max()) + 1
    influences = np.zeros((int(paired.codes.max()) + 1, count))
    means = np.empty(count)
    for group in range(count):
        clusters, sums = _sums(paired, groups == group)
        means[group] = sums.delta
        influences[clusters, group] = influence(sums)
    if count < 2 or not np.isfinite(influences).all():
        return None
    contrasts = np.eye(count)[1:] - np.eye(count)[0]
    covariance = contrasts @ (influences.T @ influences) @ contrasts.T
    if np.linalg.matrix_rank(covariance) < count - 1:
        return None
    differences = contrasts @ means
    wald = float(differences @ np.linalg.solve(covariance, differences))
    return float(stats.chi2.sf(wald, count - 1))


def _of_series(series: TestedSeries) -> Iterator[GroupRow]:
    paired, data = series.source.series, series.result.data
    names, groups = np.unique([_group(item) for item in paired.ids], return_inverse=True)
    p_equal = equal_differences_p(paired, groups)
    for number, name in enumerate(names.tolist()):
        difference = _difference(paired, groups == number, data.marks)
        key = GroupKey.of(series.source.key, name)
        yield GroupRow(key, replace(difference, p_equal=p_equal))


def _group(sample_id: str) -> str:
    """The group that an id begins with, before a slash."""
    return sample_id.partition("/")[0]


def _difference(paired: Paired, chosen: NDArray[np.bool_], marks: Marks) -> GroupDifference:
    _, sums = _sums(paired, chosen)
    base, tuned = (float(scores[chosen].mean()) for scores in (paired.base, paired.tuned))
    blank = GroupDifference(marks, int(chosen.sum()), sums.n_clusters, base, tuned, sums.delta)
    if sums.n_clusters < LEAST_CLUSTERS:
        return replace(blank, refused=f"{sums.n_clusters} clusters are too few for a test")
    result = robust(sums)
    if not result.se_cr2 > 0:
        return replace(blank, refused="all clusters differ by the same amount")
    estimate = Estimate(result.delta, result.se_cr2, result.df)
    return replace(
        blank,
        se_cr2=estimate.se,
        df=estimate.df,
        ci95=estimate.interval(),
        p=estimate.p,
    )


def _sums(paired: Paired, chosen: NDArray[np.bool_]) -> tuple[Array, Sums]:
    """Clusters of the chosen items, and the sums of their differences."""
    clusters, codes = np.unique(paired.codes[chosen], return_inverse=True)
    sums = np.bincount(codes, weights=paired.differences[chosen]).astype(float)
    return clusters, Sums(sums, np.bincount(codes).astype(float))


def _adjusted(rows: Sequence[GroupRow]) -> Iterator[GroupRow]:
    raw = [np.nan if row.difference.p is None else row.difference.p for row in rows]
    for row, q in zip(rows, benjamini_hochberg(raw) if raw else [], strict=True):
        adjusted = None if np.isnan(q) else float(q)
        yield GroupRow(row.key, replace(row.difference, q=adjusted, hypotheses=len(rows)))

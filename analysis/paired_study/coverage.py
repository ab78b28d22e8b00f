"""Data behind a comparison: missing samples, and the influence of single clusters."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.cell_columns import Columns
from analysis.paired_study.hypothesis_group import UnjudgedComparison
from analysis.paired_study.rows import DataCoverage, Status
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series import POINTS, AlignedPair
from analysis.paired_study.series_to_test import SeriesToTest
from analysis.pairing.missing_samples import Ledger, missing_bounds
from analysis.stats.paired import Interval, Sums
from clue.marks import union

ORDER: Sequence[Status] = ("complete", "incomplete", "refused")


def coverage(source: SeriesToTest) -> DataCoverage:
    """Data behind the comparison of a series."""
    ledgers = source.ledgers
    return DataCoverage(
        marks=union(*(aligned.match.marks for aligned in source.aligned)),
        status=status(ledgers),
        only_base=sum(len(ledger.only_base) for ledger in ledgers),
        only_tuned=sum(len(ledger.only_tuned) for ledger in ledgers),
        bounds=_bounds(source) if source.key.analysis == PRIMARY else None,
        undefined=_undefined(source),
        shared=sum(ledger.shared for ledger in ledgers),
        leave_one_out=leave_one_out(source.series.sums),
    )


def combined_coverage(
    parts: Mapping[str, UnjudgedComparison], weights: Mapping[str, float]
) -> DataCoverage:
    """Data behind a level, from those behind its data sets."""
    coverages = [parts[name].data for name in weights]
    weighted_bounds = [
        (weight * bound for bound in parts[name].data.bounds or [parts[name].comparison.delta] * 2)
        for name, weight in weights.items()
    ]
    bounded = any(part.bounds for part in coverages)
    return DataCoverage(
        marks=union(*(part.marks for part in coverages)),
        status=max((part.status for part in coverages), key=ORDER.index),
        only_base=sum(part.only_base for part in coverages),
        only_tuned=sum(part.only_tuned for part in coverages),
        bounds=Interval(*map(sum, zip(*weighted_bounds, strict=True))) if bounded else None,
        undefined=0,
        shared=sum(part.shared for part in coverages),
        leave_one_out=None,
    )


def status(ledgers: Sequence[Ledger]) -> Status:
    """The worst status of several tasks; a missing sample makes a comparison incomplete."""
    if any(ledger.status == "refused" for ledger in ledgers):
        return "refused"
    return "incomplete" if any(ledger.missing for ledger in ledgers) else "complete"


def leave_one_out(sums: Sums) -> Interval | None:
    """Smallest and largest mean difference without one cluster; None with a single cluster."""
    if sums.n_clusters < 2:
        return None
    deltas = (sums.sums.sum() - sums.sums) / (sums.n - sums.sizes)
    return Interval(float(deltas.min()), float(deltas.max()))


def _undefined(source: SeriesToTest) -> int:
    """Samples for which a metric is undefined; a task score is defined for all samples."""
    if source.key.scope != "metric":
        return 0
    (aligned,) = source.aligned
    return len(aligned.alignment.ids) - len(source.series.ids)


def _bounds(source: SeriesToTest) -> Interval | None:
    """Mean of the tasks' bounds."""
    if not any(ledger.missing for ledger in source.ledgers):
        return None
    bounds = [_task_bounds(aligned, _weights(source, aligned)) for aligned in source.aligned]
    low, high = np.mean(bounds, axis=0)
    return Interval(float(low), float(high))


def _weights(source: SeriesToTest, aligned: AlignedPair) -> Mapping[str, float]:
    if source.key.scope == "metric":
        return {source.key.metric: 1.0}
    return dict.fromkeys(aligned.score, 1 / len(aligned.score))


def _task_bounds(aligned: AlignedPair, weights: Mapping[str, float]) -> Interval:
    """Bounds of one task, in points."""
    ledger, match, n = aligned.ledger, aligned.match, len(aligned.alignment.ids)
    total = n * sum(
        weight * float(aligned.metrics[name].differences.mean()) for name, weight in weights.items()
    )
    unmatched = (
        _total(match.base.columns.over_draws, ledger.only_base, weights),
        _total(match.tuned.columns.over_draws, ledger.only_tuned, weights),
    )
    return missing_bounds(total, n, ledger, unmatched, largest=POINTS)


def _total(columns: Columns, ids: Sequence[str], weights: Mapping[str, float]) -> float:
    """Sum of the scores of some samples in points, presentations averaged; undefined counts 0."""
    rows_of = [np.flatnonzero(columns.ids == sample) for sample in ids]
    return POINTS * sum(
        weight * float(np.nan_to_num(columns.scores[name][rows]).mean())
        for name, weight in weights.items()
        for rows in rows_of
    )

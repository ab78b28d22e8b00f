"""What a series rests on: what is missing, and how far single clusters carry it."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.cells import Columns
from analysis.paired_study.hypotheses import UnjudgedComparison
from analysis.paired_study.rows import DataCoverage, Status
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series import POINTS, AlignedPair
from analysis.paired_study.series_to_test import SeriesToTest
from analysis.pairing.ledger import Ledger
from analysis.stats.paired import Interval, Sums

ORDER: Sequence[Status] = ("complete", "incomplete", "refused")


def coverage(entry: SeriesToTest) -> DataCoverage:
    """Describe the ground of a series."""
    ledgers = entry.ledgers
    return DataCoverage(
        status=status(ledgers),
        only_base=sum(len(ledger.only_base) for ledger in ledgers),
        only_tuned=sum(len(ledger.only_tuned) for ledger in ledgers),
        bounds=_bounds(entry) if entry.key.analysis == PRIMARY else None,
        undefined=_undefined(entry),
        shared=sum(ledger.shared for ledger in ledgers),
        leave_one_out=leave_one_out(entry.series.sums),
    )


def combined_coverage(
    parts: Mapping[str, UnjudgedComparison], weights: Mapping[str, float]
) -> DataCoverage:
    """The ground of a level, from those of its data sets."""
    grounds = [parts[name].data for name in weights]
    ends = [
        (weight * end for end in parts[name].data.bounds or [parts[name].comparison.delta] * 2)
        for name, weight in weights.items()
    ]
    bounded = any(ground.bounds for ground in grounds)
    return DataCoverage(
        status=max((ground.status for ground in grounds), key=ORDER.index),
        only_base=sum(ground.only_base for ground in grounds),
        only_tuned=sum(ground.only_tuned for ground in grounds),
        bounds=Interval(*map(sum, zip(*ends, strict=True))) if bounded else None,
        undefined=0,
        shared=sum(ground.shared for ground in grounds),
        leave_one_out=None,
    )


def status(ledgers: Sequence[Ledger]) -> Status:
    """The worst of several; a sample that is missing makes a comparison incomplete."""
    if any(ledger.status == "refused" for ledger in ledgers):
        return "refused"
    return "incomplete" if any(ledger.missing for ledger in ledgers) else "complete"


def leave_one_out(sums: Sums) -> Interval | None:
    """Smallest and largest mean difference without one cluster; None with a single cluster."""
    if sums.n_clusters < 2:
        return None
    left = (sums.sums.sum() - sums.sums) / (sums.n - sums.sizes)
    return Interval(float(left.min()), float(left.max()))


def _undefined(entry: SeriesToTest) -> int:
    """Of a metric; a task score has all samples."""
    if entry.key.scope != "metric":
        return 0
    (aligned,) = entry.aligned
    return len(aligned.alignment.ids) - len(entry.series.ids)


def _bounds(entry: SeriesToTest) -> Interval | None:
    """Of the mean over tasks: the mean of the tasks' bounds."""
    if not any(ledger.missing for ledger in entry.ledgers):
        return None
    ends = [_task_bounds(each, _weights(entry, each), entry) for each in entry.aligned]
    low, high = np.mean(ends, axis=0)
    return Interval(float(low), float(high))


def _weights(entry: SeriesToTest, aligned: AlignedPair) -> Mapping[str, float]:
    if entry.key.scope == "metric":
        return {entry.key.metric: 1.0}
    return dict.fromkeys(aligned.score, 1 / len(aligned.score))


def _task_bounds(
    aligned: AlignedPair, weights: Mapping[str, float], entry: SeriesToTest
) -> tuple[float, float]:
    """Samples that one model lacks count as if that model had scored 0 or 1 on them."""
    ledger, match = aligned.ledger, aligned.match
    known = sum(
        weight * float(aligned.metrics[name].differences.mean()) for name, weight in weights.items()
    ) * len(aligned.alignment.ids)
    known -= _total(match.base.columns, ledger.only_base, weights)
    known += _total(match.tuned.columns, ledger.only_tuned, weights)
    n = len(aligned.alignment.ids) + len(ledger.only_base) + len(ledger.only_tuned)
    low = known - POINTS * len(ledger.only_tuned)
    return low / n, (known + POINTS * len(ledger.only_base)) / n


def _total(columns: Columns, ids: Sequence[str], weights: Mapping[str, float]) -> float:
    """Sum of the scores of some samples in points, repeats averaged; undefined counts 0."""
    places = [np.flatnonzero(columns.ids == sample) for sample in ids]
    return POINTS * sum(
        weight * float(np.nan_to_num(columns.scores[name][place]).mean())
        for name, weight in weights.items()
        for place in places
    )

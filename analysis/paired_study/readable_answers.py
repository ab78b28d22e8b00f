"""Answers of a pair that can be read, and their scores, item by item.

An answer to a question with fixed answers is readable if an answer was read. A text or a list of
codes is readable if it was read (it is not blank), and neither loops nor ends at the token limit.
A closed answer that was cut off after its letter counts as read: nothing of it is missing. Answers
that were not read score 0. Texts that loop or were cut can score more, and these points are a part
of their own (`analysis.stats.readable_split`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.cell_columns import Columns
from analysis.paired_study.series import AlignedPair, in_points, weighted_mean
from analysis.stats.paired import Array, Paired
from analysis.stats.readable_split import ReadableScores
from clue.metrics.registry import METRICS

UNREAD = ("unparsed",)
BROKEN = ("unparsed", "empty", "looped", "truncated")
"""Flags of which any makes an answer unreadable: of closed tasks, and of all others."""
CHOICE = "_choice"
"""End of the name of a metric that scores the likeliest answer instead of the generated one."""


def readable_scores(
    aligned: Sequence[AlignedPair], series: Paired
) -> tuple[ReadableScores, ReadableScores]:
    """Readable answers of base and tuned model, on the items of a task score.

    Args:
        aligned: the tasks of the score; of several tasks it is the mean.
        series: the task score, in points.
    """
    shares = _mean([_readable_share(one, series.ids) for one in aligned])
    points = _mean([_readable_points(one) for one in aligned])
    assert shares.ids == points.ids == series.ids
    return (
        ReadableScores(shares.base, points.base, series.base),
        ReadableScores(shares.tuned, points.tuned, series.tuned),
    )


def choice_score(aligned: Sequence[AlignedPair]) -> Paired | None:
    """The task score with the likeliest answers, in points; None if it is not stored for both."""
    if not all(set(_choices(one)) <= set(one.metrics) for one in aligned):
        return None
    return _mean([_mean([one.metrics[name] for name in _choices(one)]) for one in aligned])


def unreadable_flags(score: Sequence[str]) -> tuple[str, ...]:
    """Flags that make an answer unreadable, by the metrics of its task score.

    >>> unreadable_flags(["accuracy"]), len(unreadable_flags(["rouge1", "bertscore_f1"]))
    (('unparsed',), 4)
    """
    closed = all(name in METRICS and METRICS[name].kind == "binary" for name in score)
    return UNREAD if closed else BROKEN


def _choices(aligned: AlignedPair) -> list[str]:
    return [f"{name}{CHOICE}" for name in aligned.score]


def _readable_share(aligned: AlignedPair, items: Sequence[str]) -> Paired:
    """Share of readable answers of each item, on the items of the task score."""
    masks = (_readable(cell.columns, aligned) for cell in aligned.cells)
    share = aligned.alignment.paired(*(mask.astype(float) for mask in masks))
    scored = set(items)
    indices = [number for number, name in enumerate(share.ids) if name in scored]
    ids, clusters = ([names[n] for n in indices] for names in (share.ids, share.clusters))
    return Paired.of(ids, clusters, share.base[indices], share.tuned[indices])


def _readable_points(aligned: AlignedPair) -> Paired:
    """The task score with 0 points for every answer that cannot be read."""
    masks = [_readable(cell.columns, aligned) for cell in aligned.cells]
    metrics: list[Paired] = []
    for name in aligned.score:
        scores: list[Array] = [
            np.asarray(cell.columns.scores[name] * mask)
            for cell, mask in zip(aligned.cells, masks, strict=True)
        ]
        metrics.append(in_points(aligned.alignment.paired(*scores)))
    return _mean(metrics)


def _readable(columns: Columns, aligned: AlignedPair) -> NDArray[np.bool_]:
    flags = [columns.flags[name] for name in unreadable_flags(aligned.score)]
    readable: NDArray[np.bool_] = ~np.logical_or.reduce(flags)
    return readable


def _mean(parts: Sequence[Paired]) -> Paired:
    return weighted_mean(parts, [1 / len(parts)] * len(parts))

"""The table of our scores and the published scores of the same models."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analysis import number_format, published
from analysis.names import display_name
from analysis.number_format import NONE
from analysis.paired_study.numeric_rows import PublishedRow
from analysis.paired_study.results import StudyResults
from analysis.paired_study.standings import ModelScore, metric_score
from analysis.report.document import ReportTable
from clue.marks import Marks

COMPARABLE_SIGNATURES = {"bertscore": "scibert", "umls": "umls"}
"""Prefix of a metric to the word in its signature if it is computed as in the paper."""
COLUMNS = (
    *("model", "task", "metric", "ours", "95 % CI", "n (clusters)"),
    *("published", "ours - published", "inside"),
)


class _Compared(NamedTuple):
    """A score that was also published."""

    model: str
    task: str
    metric: str
    score: ModelScore
    published: float
    marks: Marks


def published_scores(results: StudyResults, prompt: str) -> ReportTable:
    """Every metric of every cell under a prompt setting that was also published."""
    compared = list(_compared(results, prompt))
    return ReportTable(
        "literature",
        "Our scores and the published scores",
        COLUMNS,
        [
            [one.model, display_name(one.task), one.metric, *_comparison(one.score, one.published)]
            for one in compared
        ],
        "Scores are in points. The interval covers only our sampling of items; wording, decoding "
        "and corrections differ too (docs/protocol.md). BERTScore and UMLS F1 are listed only "
        "where they are computed as in the paper.",
        [one.marks for one in compared],
    )


def published_rows(results: StudyResults, prompt: str) -> Iterator[PublishedRow]:
    """Yields the numbers of the table."""
    for model, task, metric, score, points, _ in _compared(results, prompt):
        interval = score.estimate.interval() if score.n_clusters > 1 else None
        yield PublishedRow(model, task, metric, score.estimate.delta, interval, points)


def _compared(results: StudyResults, prompt: str) -> Iterator[_Compared]:
    points = {
        (str(row.model), str(row.task), str(row.metric)): float(row.points)  # type: ignore[arg-type]
        for row in published.scores().itertuples()
    }
    cells = {
        (key.model, key.task): cell for key, cell in results.cells.items() if key.prompt == prompt
    }
    for (model, task, name), published_points in sorted(points.items()):
        cell = cells.get((model, task))
        if cell and name in cell.signatures and _comparable(name, cell.signatures):
            score = metric_score(cell, name)
            if score:
                yield _Compared(model, task, name, score, published_points, cell.marks)


def _comparable(metric: str, signatures: Mapping[str, str]) -> bool:
    for prefix, word in COMPARABLE_SIGNATURES.items():
        if metric.startswith(prefix):
            return word in signatures[metric].lower().replace(prefix, "", 1)
    return True


def _comparison(score: ModelScore, published_points: float) -> list[str]:
    """Columns from `ours` on; a score of a single cluster has no interval."""
    ours, interval = score.estimate.delta, score.estimate.interval()
    inside = "yes" if interval.low <= published_points <= interval.high else "no"
    has_interval = score.n_clusters > 1
    return [
        number_format.points(ours),
        number_format.points_interval(interval) if has_interval else NONE,
        f"{score.n} ({score.n_clusters})",
        number_format.points(published_points),
        number_format.signed_points(ours - published_points),
        inside if has_interval else NONE,
    ]

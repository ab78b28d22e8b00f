"""Table of exam questions against clinical tasks and levels, with published exam differences."""

from analysis import number_format, published
from analysis.names import display_name
from analysis.number_format import NONE
from analysis.paired_study.exam_contrast import CLINICAL, ExamContrast, ExamDifference, ExamRow
from analysis.report.document import ReportTable
from analysis.stats.paired import Interval


def exam_contrast(contrast: ExamContrast) -> ReportTable:
    """A line per pair: both sides, their difference, and the difference from each level."""
    beside = list(dict.fromkeys(row.key.against for row in contrast.rows))[1:]
    by_pair = {(row.key.pair, row.key.against): row for row in contrast.rows}
    rows = contrast.against(CLINICAL)
    return ReportTable(
        "exam_contrast",
        "Exam questions against clinical tasks",
        [
            *("model", "Δ exam", "Δ clinical", "exam - clinical [95 % CI]", "p"),
            *(f"exam - {display_name(level)} [95 % CI]" for level in beside),
            "Δ exam, published",
        ],
        [_line(row, [by_pair[row.key.pair, level].difference for level in beside]) for row in rows],
        _note(rows),
        [row.difference.marks for row in rows],
    )


def _line(row: ExamRow, beside: list[ExamDifference]) -> list[str]:
    difference = row.difference
    return [
        row.key.tuned,
        *map(number_format.points, (difference.exam, difference.other)),
        _estimate(difference),
        number_format.p_cell(difference.p_adjusted),
        *map(_estimate, beside),
        number_format.points(difference.published_exam),
    ]


def _estimate(difference: ExamDifference) -> str:
    if difference.delta is None or difference.ci95 is None:
        return difference.refused or NONE
    return number_format.estimate(difference.delta, difference.ci95)


def _note(rows: list[ExamRow]) -> str:
    size = max((row.difference.hypotheses for row in rows), default=0)
    reported = published.differences()["multiple_choice"].dropna()
    published_range = Interval(float(reported.min()), float(reported.max()))
    return (
        f"In points. p: two-sided t-test, adjusted by Holm over {size} pairs. Differences from "
        "levels are not tested. Published: as the models' authors report it, by other protocols "
        "and on other selections of exam questions, without an uncertainty. It is a range to "
        f"check against, {number_format.points_interval(published_range)} over {len(reported)} "
        "pairs, not a reference."
    )

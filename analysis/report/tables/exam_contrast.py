"""Table of exam questions against clinical tasks and levels, with published exam differences."""

from analysis import number_format, published
from analysis.names import display_name
from analysis.paired_study.exam_contrast import CLINICAL, ExamContrast, ExamDifference, ExamRow
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import NONE


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
    digits = number_format.decimals(difference.se_cr2)
    return [
        row.key.tuned,
        *(
            NONE if value is None else number_format.number(value, digits)
            for value in (difference.exam, difference.other)
        ),
        _estimate(difference),
        number_format.p_cell(difference.p_adjusted),
        *map(_estimate, beside),
        NONE if difference.published_exam is None else f"{difference.published_exam:.2f}",
    ]


def _estimate(difference: ExamDifference) -> str:
    if difference.delta is None or difference.ci95 is None:
        return difference.refused or NONE
    digits = number_format.decimals(difference.se_cr2)
    limits = number_format.interval(difference.ci95, digits)
    return f"{number_format.number(difference.delta, digits)} [{limits}]"


def _note(rows: list[ExamRow]) -> str:
    size = max((row.difference.hypotheses for row in rows), default=0)
    reported = published.differences()["multiple_choice"].dropna()
    return (
        f"In points. p: two-sided t-test, adjusted by Holm over {size} pairs. Differences from "
        "levels are not tested. Published: as the models' authors report it, by other protocols "
        "and on other selections of exam questions, without an uncertainty. It is a range to "
        f"check against, {reported.min():.2f} to {reported.max():.2f} over {len(reported)} pairs, "
        "not a reference."
    )

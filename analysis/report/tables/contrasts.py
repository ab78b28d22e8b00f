"""Table of two pairs against each other."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name
from analysis.paired_study.contrasts import ContrastRow
from analysis.report.document import ReportTable


def contrasts(rows: Sequence[ContrastRow]) -> ReportTable:
    """A line per requested contrast and score, in the order of the requests."""
    size = next((row.contrast.hypotheses for row in rows), 0)
    return ReportTable(
        "contrasts",
        "Pairs against each other",
        [
            *("first pair", "second pair", "score", "Δ first", "Δ second"),
            *("first minus second [95 % CI]", "df", "p"),
        ],
        [_line(row) for row in rows],
        f"In points. p: two-sided t-test, adjusted by Holm over all {size} lines.",
        [row.contrast.marks for row in rows],
    )


def _line(row: ContrastRow) -> list[str]:
    key, contrast = row.key, row.contrast
    return [
        key.first,
        key.second,
        display_name(key.task),
        *map(number_format.points, (contrast.delta_first, contrast.delta_second)),
        number_format.estimate(contrast.delta, contrast.ci95)
        if contrast.ci95
        else str(contrast.refused),
        number_format.df(contrast.df),
        number_format.p_cell(contrast.p_adjusted),
    ]

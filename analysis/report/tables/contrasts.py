"""Table of two pairs against each other."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name
from analysis.paired_study.contrasts import ContrastRow
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import NONE


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
    digits = number_format.decimals(contrast.se_cr2)
    shown = [
        NONE if value is None else number_format.number(value, digits)
        for value in (contrast.delta_first, contrast.delta_second, contrast.delta)
    ]
    limits = contrast.ci95 and number_format.interval(contrast.ci95, digits)
    return [
        key.first,
        key.second,
        display_name(key.task),
        *shown[:2],
        f"{shown[2]} [{limits}]" if limits else str(contrast.refused),
        NONE if contrast.df is None else number_format.number(contrast.df, 1),
        number_format.p_cell(contrast.p_adjusted),
    ]

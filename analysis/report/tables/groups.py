"""Table of the differences in groups of items, such as the subjects of an exam."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.group_differences import GroupRow
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import NONE


def groups(rows: Sequence[GroupRow]) -> ReportTable:
    """A line per pair, task and group."""
    ordered = sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task), row.key))
    size = next((row.difference.hypotheses for row in rows), 0)
    return ReportTable(
        "groups",
        "Differences by group of items",
        ["model", "task", "group", "base", "biomedical", "Δ [95 % CI]", "q", "n", "p of equality"],
        [_line(row) for row in ordered],
        "Exploratory; in points. q: p adjusted by Benjamini and Hochberg over all "
        f"{size} groups. p of equality: of the test that the difference is the same in all groups "
        "of a task; without a small one, unequal lines are what chance makes of equal groups.",
        [row.difference.marks for row in ordered],
    )


def _line(row: GroupRow) -> list[str]:
    difference = row.difference
    digits = number_format.decimals(difference.se_cr2)
    text = number_format.number(difference.delta, digits)
    if difference.ci95 is not None:
        text = f"{text} [{number_format.interval(difference.ci95, digits)}]"
    return [
        row.key.tuned,
        display_name(row.key.task),
        row.key.group.replace("_", " "),
        number_format.number(difference.mean_base, 1),
        number_format.number(difference.mean_tuned, 1),
        text,
        NONE if difference.q is None else number_format.p_cell(difference.q),
        str(difference.n),
        NONE if difference.p_equal is None else number_format.p_cell(difference.p_equal),
    ]

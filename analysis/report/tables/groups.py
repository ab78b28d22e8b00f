"""Table of the differences in groups of items, such as the subjects of an exam."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.group_differences import GroupRow
from analysis.report.document import ReportTable


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
    return [
        row.key.tuned,
        display_name(row.key.task),
        row.key.group.replace("_", " "),
        number_format.points(difference.mean_base),
        number_format.points(difference.mean_tuned),
        number_format.estimate(difference.delta, difference.ci95),
        number_format.p_cell(difference.q),
        str(difference.n),
        number_format.p_cell(difference.p_equal),
    ]

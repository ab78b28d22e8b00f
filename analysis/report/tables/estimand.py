"""Table of the mean over clusters beside the mean over items."""

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import NONE
from analysis.stats.paired import Interval


def estimand(setting: PromptResults) -> ReportTable:
    """A line per pair and clustered task; tasks whose items are clusters have one estimand."""
    rows = [
        row
        for row in selectors.primary_rows(setting, "task")
        if row.comparison.delta_clusters is not None
    ]
    ordered = sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))
    return ReportTable(
        "estimand",
        "Mean over clusters beside mean over items",
        [
            *("model", "task", "over items [95 % CI]", "over clusters [95 % CI]"),
            *("p over clusters", "n (clusters)", "largest cluster %"),
        ],
        [_line(row) for row in ordered],
        "Over items each item counts as one, over clusters each cluster. In points. p is not "
        "adjusted: claims rest on the mean over items. If both disagree, large and small clusters "
        "differ.",
        [row.marks for row in ordered],
    )


def _line(row: ResultRow) -> list[str]:
    comparison = row.comparison
    assert comparison.delta_clusters is not None
    digits = number_format.decimals(comparison.se_cr2)
    return [
        row.key.tuned,
        display_name(row.key.task),
        _mean(comparison.delta, comparison.ci95, digits),
        _mean(comparison.delta_clusters, comparison.ci95_clusters, digits),
        number_format.p_cell(comparison.p_clusters),
        f"{comparison.n} ({comparison.n_clusters})",
        NONE if comparison.max_share is None else f"{100 * comparison.max_share:.1f}",
    ]


def _mean(mean: float, interval: Interval | None, digits: int) -> str:
    text = number_format.number(mean, digits)
    return text if interval is None else f"{text} [{number_format.interval(interval, digits)}]"

"""Table of the mean over clusters beside the mean over items."""

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.document import ReportTable


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
    return [
        row.key.tuned,
        display_name(row.key.task),
        number_format.estimate(comparison.delta, comparison.ci95),
        number_format.estimate(comparison.delta_clusters, comparison.ci95_clusters),
        number_format.p_cell(comparison.p_clusters),
        f"{comparison.n} ({comparison.n_clusters})",
        number_format.percent(comparison.max_share and 100 * comparison.max_share),
    ]

"""Detectable differences: the size that each corrected test detects with 80 % power."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name, display_order
from analysis.number_format import points
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.text_width import column_inches
from analysis.report.figures.theme import Theme, themed_axes
from analysis.settings import AnalysisConf

SIZE = 8.0


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the smallest differences detected with 80 % power, by task; None without a test."""
    by_task = _testable_by_task(results)
    if not by_task:
        return None
    height = 0.32 * len(by_task) + 0.75
    figure = Figure(figsize=(theme.width, height))
    names = [_label(task, rows) for task, rows in by_task.items()]
    left = column_inches(names, SIZE, 2.2) / theme.width
    ax = themed_axes(figure, theme, (left, 0.55 / height, 0.98 - left, 1 - 0.65 / height))
    for y, rows in enumerate(by_task.values()):
        _pairs(ax, y, rows, theme)
        margin = rows[0].comparison.margin
        if margin is not None:
            ax.plot([margin, margin], [y - 0.32, y + 0.32], color=theme.faint, lw=2)
    ax.set_yticks(range(len(by_task)), names)
    ax.set_ylim(len(by_task) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.grid(axis="x", color=theme.line, lw=0.6)
    ax.tick_params(axis="y", labelsize=SIZE, length=0)
    label = "detectable difference, points (bar: margin)"
    figure.text(0.5, 0.1 / height, label, ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: for each task, the range of detectable differences over the pairs."""
    parts = []
    for task, rows in _testable_by_task(results).items():
        mde = [row.detectable or 0.0 for row in rows]
        parts.append(f"{display_name(task)} {points(min(mde))} to {points(max(mde))} points")
    return (
        "Difference that the corrected test detects with 80 % power, over the pairs. "
        + "; ".join(parts)
    )


def _testable_by_task(results: StudyResults) -> dict[str, list[ResultRow]]:
    setting = selectors.reported_setting(results)
    by_task: dict[str, list[ResultRow]] = {}
    for row in selectors.primary_rows(setting, "task", "level") if setting else ():
        if row.detectable is not None:
            by_task.setdefault(row.key.task, []).append(row)
    return dict(sorted(by_task.items(), key=lambda item: display_order(item[0])))


def _label(task: str, rows: list[ResultRow]) -> str:
    """Name and number of clusters."""
    clusters = sorted({row.comparison.n_clusters for row in rows})
    counts = f"{clusters[0]}" if len(clusters) == 1 else f"{clusters[0]} to {clusters[-1]}"
    return f"{display_name(task)} ({counts})"


def _pairs(ax: Axes, y: float, rows: list[ResultRow], theme: Theme) -> None:
    mde = np.sort([row.detectable or 0.0 for row in rows])
    ax.plot(mde, np.full(len(mde), y), "|", color=theme.tuned, ms=10)
    ax.plot([float(np.median(mde))], [y], "D", color=theme.tuned, ms=4)

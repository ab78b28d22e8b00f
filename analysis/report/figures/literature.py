"""The twelve published differences, averages without intervals, and results on exam questions."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import published
from analysis.paired_study.results import StudyResults
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf

COLUMNS = {
    "multiple_choice": "Exam questions (reported)",
    "level1": "Level 1 (published)",
    "level2": "Level 2 (published)",
}


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per kind of task; marks are hollow, since no uncertainty was published."""
    table = published.differences()
    height = 0.23 * len(table) + 0.9
    figure = Figure(figsize=(WIDTH, height))
    for number, (column, title) in enumerate(COLUMNS.items()):
        rect = (0.20 + 0.265 * number, 0.5 / height, 0.245, 1 - 0.85 / height)
        ax = themed_axes(figure, theme, rect)
        _panel(ax, table, column, theme)
        ax.set_title(title, fontsize=8)
        ax.set_yticks(range(len(table)), table["published_name"] if number == 0 else [])
    figure.text(0.6, 0.02, "biomedical minus base, points", ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: numbers of positive and negative differences."""
    table = published.differences()
    parts = []
    for column, title in COLUMNS.items():
        values = table[column].dropna()
        parts.append(
            f"{title}: {int((values > 0).sum())} above zero, {int((values < 0).sum())} below, of "
            f"{len(values)}"
        )
    return f"Published differences, averages without intervals. {'; '.join(parts)}."


def _panel(ax: Axes, table: pd.DataFrame, column: str, theme: Theme) -> None:
    for y, value in enumerate(table[column]):
        if pd.isna(value):
            ax.annotate("-", (0, y), ha="center", va="center", color=theme.faint)
            continue
        colour = theme.decline if value < 0 else theme.gain
        ax.plot([0, value], [y, y], color=theme.line, lw=1)
        ax.plot([value], [y], "<" if value < 0 else ">", color=colour, mfc=theme.paper, ms=5)
    ax.axvline(0, color=theme.faint, lw=0.8)
    ax.set_xlim(-17, 10)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.tick_params(labelsize=7)

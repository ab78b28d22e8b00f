"""The twelve published differences, averages without intervals, and results on exam questions."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import published
from analysis.paired_study.results import StudyResults
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.settings import AnalysisConf

SIZE = 7.5
COLUMNS = {
    "multiple_choice": "Exam questions (reported)",
    "level1": "Level 1 (published)",
    "level2": "Level 2 (published)",
}


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per kind of task; marks are hollow, since no uncertainty was published."""
    table = published.differences()
    names = list(table["published_name"])
    grid = PanelGrid(
        number=len(COLUMNS),
        columns=1 if theme.is_narrow else len(COLUMNS),
        width=theme.width,
        panel=0.2 * len(table),
        left=column_inches(names, SIZE, 1.9),
        bottom=0.22,
    )
    figure = grid.figure()
    for number, (column, title) in enumerate(COLUMNS.items()):
        ax = grid.axes(figure, number, theme)
        _panel(ax, table, column, theme)
        ax.set_title(title, fontsize=8)
        shown = [shortened(name, grid.left - SPACE, SIZE) for name in names]
        ax.set_yticks(range(len(table)), shown if grid.is_first(number) else [""] * len(table))
        ax.tick_params(axis="y", length=0, labelsize=SIZE)
    label = "biomedical minus base, points"
    figure.text(0.5, 0.08 / grid.height, label, ha="center", color=theme.ink)
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
        ax.plot([0, value], [y, y], color=theme.line, lw=1)
        ax.plot([value], [y], "<" if value < 0 else ">", color=theme.ink, mfc=theme.paper, ms=5)
    ax.axvline(0, color=theme.faint, lw=0.8)
    ax.set_xlim(-17, 10)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.tick_params(labelsize=SMALLEST)

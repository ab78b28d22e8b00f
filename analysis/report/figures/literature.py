"""The twelve published differences: averages without intervals, beside exam questions."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import published
from analysis.paired_study.results import StudyResults
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf

COLUMNS = {
    "multiple_choice": "Exam questions (reported)",
    "level1": "Level 1 (published)",
    "level2": "Level 2 (published)",
}


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """One panel per kind of task; hollow marks, since nobody stated an uncertainty."""
    table = published.differences()
    height = 0.23 * len(table) + 0.9
    figure = Figure(figsize=(WIDTH, height))
    for place, (column, title) in enumerate(COLUMNS.items()):
        rect = (0.20 + 0.265 * place, 0.5 / height, 0.245, 1 - 0.85 / height)
        made = axes(figure, theme, rect)
        _panel(made, table, column, theme)
        made.set_title(title, fontsize=8)
        made.set_yticks(range(len(table)), table["published_name"] if place == 0 else [])
    figure.text(0.6, 0.02, "biomedical minus base, points", ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    table = published.differences()
    told = []
    for column, title in COLUMNS.items():
        known = table[column].dropna()
        told.append(
            f"{title}: {int((known > 0).sum())} above zero, {int((known < 0).sum())} below, of "
            f"{len(known)}"
        )
    return f"Differences as published, averages without intervals. {'; '.join(told)}."


def _panel(made: Axes, table: pd.DataFrame, column: str, theme: Theme) -> None:
    for place, value in enumerate(table[column]):
        if pd.isna(value):
            made.annotate("-", (0, place), ha="center", va="center", color=theme.faint)
            continue
        colour = theme.decline if value < 0 else theme.gain
        made.plot([0, value], [place, place], color=theme.line, lw=1)
        made.plot([value], [place], "<" if value < 0 else ">", color=colour, mfc=theme.paper, ms=5)
    made.axvline(0, color=theme.faint, lw=0.8)
    made.set_xlim(-17, 10)
    made.set_ylim(len(table) - 0.5, -0.5)
    made.tick_params(labelsize=7)

"""Scores of all models in each level of the study: a row per model, below its base."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.names import display_name
from analysis.number_format import signed_points
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.standings import Standing
from analysis.report import selectors
from analysis.report.figures.findings import (
    finding,
    finding_legend,
    finding_style,
    legend_height,
)
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import Theme
from analysis.settings import AnalysisConf
from clue.marks import common, labelled

ROW = 0.19
"""Height of a model in inches."""
LONGEST = {False: 2.0, True: 1.6}
"""Most inches of the names, in the wide and in the narrow layout."""
SIZE = 7.5

Rows = Mapping[tuple[str, str], ResultRow]
"""Biomedical model and level to its comparison."""


class ModelLine(NamedTuple):
    """A model in the figure."""

    standing: Standing
    is_tuned: bool
    name: str
    """As it is shown."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per level; None if no model has all tasks of a level."""
    levels = _levels(results, conf)
    if not levels:
        return None
    rows = _rows(results)
    lines = _lines(selectors.reported_standings(results, conf), rows, levels)
    found = {finding(row.judgement.verdict) for row in rows.values() if row.key.task in levels}
    grid = PanelGrid(
        number=len(levels),
        columns=1 if theme.is_narrow else len(levels),
        width=theme.width,
        panel=ROW * len(lines),
        left=column_inches([line.name for line in lines], SIZE, LONGEST[theme.is_narrow]),
        below=0.48,
        bottom=legend_height(len(found) + 1, theme),
    )
    figure = grid.figure()
    for number, level in enumerate(levels):
        ax = grid.axes(figure, number, theme)
        for y, line in enumerate(lines):
            row = rows.get((line.standing.model, level))
            if row:
                _compared(ax, y, row, theme)
            else:
                _alone(ax, y, line, level, theme)
        _finish(ax, level, len(lines), theme)
        if grid.is_first(number):
            _names(ax, lines, grid.left - SPACE, theme)
    base = Line2D([], [], ls="", marker="|", color=theme.base, label="base")
    finding_legend(figure, found, theme, extra=[base])
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the changes of each pair in its levels."""
    changes: dict[str, list[str]] = {}
    for (tuned, level), row in _rows(results).items():
        change = f"{display_name(level)} {signed_points(row.comparison.delta)}"
        changes.setdefault(tuned, []).append(change)
    parts = [f"{tuned}: {', '.join(of_model)}" for tuned, of_model in changes.items()]
    return "Change from base to biomedical model in each level, in points. " + "; ".join(parts)


def declares_levels(results: StudyResults) -> bool:
    """True if the study declares a level."""
    return bool(results.study.declaration.tree.levels)


def _levels(results: StudyResults, conf: AnalysisConf) -> list[str]:
    """Declared levels that a model has, the overall score last."""
    declared = results.study.declaration.tree.of_datasets
    standings = selectors.reported_standings(results, conf)
    return [name for name in declared if any(name in one.scores for one in standings)]


def _rows(results: StudyResults) -> Rows:
    setting = selectors.reported_setting(results)
    rows = selectors.primary_rows(setting, "level") if setting else []
    return {(row.key.tuned, row.key.task): row for row in rows}


def _lines(standings: Sequence[Standing], rows: Rows, levels: Sequence[str]) -> list[ModelLine]:
    """Bases with their biomedical models below them, then models without a pair."""
    shared = common(standing.marks for standing in standings)
    names = {one.model: labelled(one.model, one.marks, shared) for one in standings}
    scored = {one.model: one for one in standings if set(levels) & set(one.scores)}
    pairs = sorted({(row.key.family, row.key.base, row.key.tuned) for row in rows.values()})
    order: dict[str, bool] = {}
    for _, base, tuned in pairs:
        order.setdefault(base, False)
        order[tuned] = True
    order |= {model: False for model in scored if model not in order}
    return [
        ModelLine(scored[model], is_tuned, names[model])
        for model, is_tuned in order.items()
        if model in scored
    ]


def _alone(ax: Axes, y: int, line: ModelLine, level: str, theme: Theme) -> None:
    """A model that is compared with no base: a base, or one without a partner in this level."""
    score = line.standing.scores.get(level)
    if score is not None:
        marker, size = ("D", 4.5) if line.is_tuned else ("|", 8)
        ax.plot([score.estimate.delta], [y], marker, color=theme.base, mfc=theme.paper, ms=size)


def _compared(ax: Axes, y: int, row: ResultRow, theme: Theme) -> None:
    """A biomedical model with its difference from its base."""
    comparison = row.comparison
    colour, marker = finding_style(row.judgement.verdict, theme)
    ax.plot([comparison.mean_base, comparison.mean_tuned], [y, y], color=theme.line, lw=2.4)
    if comparison.interval:
        ends = [comparison.mean_base + end for end in comparison.interval]
        ax.plot(ends, [y, y], color=colour, lw=1.2)
    ax.plot([comparison.mean_base], [y], "|", color=theme.base, ms=8)
    ax.plot([comparison.mean_tuned], [y], marker, color=colour, ms=5)


def _names(ax: Axes, lines: Sequence[ModelLine], inches: float, theme: Theme) -> None:
    """Names at the left; those of bases are pale."""
    names = [shortened(line.name, inches, SIZE) for line in lines]
    ax.set_yticks(range(len(lines)), names)
    for label, line in zip(ax.get_yticklabels(), lines, strict=True):
        label.set_color(theme.ink if line.is_tuned else theme.faint)


def _finish(ax: Axes, level: str, lines: int, theme: Theme) -> None:
    ax.set_title(display_name(level), loc="left", fontsize=8.5, color=theme.ink)
    ax.set_yticks([])
    ax.set_ylim(lines - 0.5, -0.5)
    ax.tick_params(axis="y", length=0, labelsize=SIZE)
    ax.tick_params(axis="x", labelsize=7)
    ax.locator_params(axis="x", nbins=4)
    ax.margins(x=0.06)
    ax.grid(axis="x", color=theme.line, lw=0.5)
    ax.set_xlabel("points", fontsize=7.5)
    ax.spines["left"].set_visible(False)

"""Answer failures: the rate of each kind, base and biomedical model of every pair."""

import textwrap
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis import number_format
from analysis.cells import StoredCell
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.settings import AnalysisConf

KINDS = {
    "unparsed": "unreadable",
    "looped": "loop",
    "icd_counting": "counting codes",
    "hallucinated": "made up",
    "header_unread": "no section",
    "sentence_unread": "no sentence",
    "truncated": "cut off",
    "empty": "blank",
}
"""Flag of a record to its name in the report."""
THOUGHT_KINDS = {
    "thought_cut": "thought cut",
    "unfinished_thought": "thought unfinished",
    "no_thought": "no thought",
}
"""Flags of models that think before they answer, to their names."""
ALL_KINDS = KINDS | THOUGHT_KINDS
ROW = 0.2
"""Inches of a pair."""
MOST_COLUMNS = {False: 6, True: 2}
"""Panels beside each other, in the wide and in the narrow layout."""
LONGEST = {False: 1.9, True: 1.3}
"""Most inches of the names."""
SIZE = 7.5
TITLE = 12
"""Characters of a line of a title."""
SCALES = (5.0, 10.0, 20.0, 50.0, 100.0)
"""Possible upper limits of the axes, in percent; all panels have the same limit."""

BothPercents = tuple[float | None, float | None]
"""Of base and biomedical model; None: it does not record the flag, since it does not think."""
Rates = dict[tuple[str, str], BothPercents]


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the mean rates over the tasks that record a flag; None without a pair."""
    rates = _rates(results)
    if not rates:
        return None
    pairs = list(dict.fromkeys(pair for pair, _ in rates))
    kinds = [flag for flag in ALL_KINDS if any(recorded == flag for _, recorded in rates)]
    highest = max(percent or 0 for both in rates.values() for percent in both)
    limit = next(scale for scale in SCALES if scale >= highest)
    names = [pair.partition(" - ")[0] for pair in pairs]
    grid = PanelGrid(
        number=len(kinds),
        columns=min(MOST_COLUMNS[theme.is_narrow], len(kinds)),
        width=theme.width,
        panel=ROW * len(pairs),
        left=column_inches(names, SIZE, LONGEST[theme.is_narrow]),
        above=0.42,
        bottom=0.38,
    )
    figure = grid.figure()
    for column, flag in enumerate(kinds):
        ax = grid.axes(figure, column, theme)
        for y, pair in enumerate(pairs):
            if (pair, flag) in rates:
                _bars(ax, y, rates[pair, flag], theme)
        ax.set_title(textwrap.fill(ALL_KINDS[flag], TITLE), fontsize=8)
        shown = [shortened(name, grid.left - SPACE, SIZE) for name in names]
        _scale(ax, shown if grid.is_first(column) else [""] * len(pairs), limit, theme)
    legend = [
        Line2D([], [], ls="", marker="o", color=theme.base, mfc=theme.paper, label="base"),
        Line2D([], [], ls="", marker="D", ms=4, color=theme.tuned, label="biomedical"),
    ]
    figure.legend(
        handles=legend,
        title="% of answers",
        loc="lower center",
        ncols=2,
        frameon=False,
        labelcolor=theme.ink,
        fontsize=SIZE,
        title_fontsize=SIZE,
        borderaxespad=0.0,
    ).get_title().set_color(theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the rates of both models for each pair and kind of failure."""
    parts = [
        f"{pair} {ALL_KINDS[flag]}: {_whole(base)} and {_whole(tuned)} %"
        for (pair, flag), (base, tuned) in _rates(results).items()
        if base or tuned
    ]
    return "Failing answers, base and biomedical model. " + "; ".join(parts)


def failure_percent(cells: list[StoredCell], flag: str) -> float | None:
    """Percent of answers with a flag, mean over the cells that record it; None if none does."""
    percents = [cell.flag_percent(flag) for cell in cells]
    recorded = [percent for percent in percents if percent is not None]
    return float(np.mean(recorded)) if recorded else None


def _rates(results: StudyResults) -> Rates:
    """Pair and flag to the percentages of base and biomedical model."""
    matches = sorted(
        (pair.match for pair in selectors.reported_pairs(results)), key=lambda m: m.pair.name
    )
    rates: Rates = {}
    for pair, of_pair in groupby(matches, key=lambda match: match.pair.name):
        tasks = list(of_pair)
        for flag in ALL_KINDS:
            base = failure_percent([task.base for task in tasks], flag)
            tuned = failure_percent([task.tuned for task in tasks], flag)
            recorded = {base is not None, tuned is not None}
            if recorded == {True} or (True in recorded and flag in THOUGHT_KINDS):
                rates[pair, flag] = (base, tuned)
    return rates


def _whole(percent: float | None) -> str:
    return "none" if percent is None else number_format.percent(percent)


def _bars(ax: Axes, y: int, rates: BothPercents, theme: Theme) -> None:
    base, tuned = rates
    if base is not None and tuned is not None:
        ax.plot([base, tuned], [y, y], color=theme.line, lw=2, zorder=1)
    if base is not None:
        ax.plot([base], [y], "o", color=theme.base, mfc=theme.paper, ms=5)
    if tuned is not None:
        ax.plot([tuned], [y], "D", color=theme.tuned, ms=3)


def _scale(ax: Axes, names: list[str], limit: float, theme: Theme) -> None:
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(-0.04 * limit, 1.04 * limit)
    ax.set_xticks([0, limit / 2, limit])
    ax.tick_params(labelsize=SMALLEST)
    ax.tick_params(axis="y", labelsize=SIZE, length=0)
    ax.grid(axis="x", color=theme.line, lw=0.5)

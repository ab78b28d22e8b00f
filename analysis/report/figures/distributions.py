"""Distributions of item differences by task: share of equal items, histogram of the others."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name, display_order
from analysis.number_format import percent
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import task_score
from analysis.report import selectors
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.settings import AnalysisConf
from analysis.stats.paired import Array

COLUMNS = {False: 3, True: 1}
"""Panels beside each other, in the wide and in the narrow layout."""
BINS = np.linspace(-100, 100, 41)
"""Edges in points; zero is an edge, since equal items are drawn separately."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per task: mean and range over the pairs; None without task scores."""
    differences = _differences_by_task(results)
    if not differences:
        return None
    grid = PanelGrid(
        number=len(differences),
        columns=COLUMNS[theme.is_narrow],
        width=theme.width,
        panel=0.95,
        left=0.52,
        gap=0.34,
        above=0.24,
        bottom=0.25,
    )
    figure = grid.figure()
    for number, (task, of_pairs) in enumerate(differences.items()):
        ax = grid.axes(figure, number, theme)
        _histogram(ax, of_pairs, theme)
        ax.set_title(display_name(task), loc="left", color=theme.ink, fontsize=8)
        if grid.is_first(number):
            ax.set_ylabel("% of items", fontsize=SMALLEST)
    label = "biomedical minus base, points"
    figure.text(0.5, 0.08 / grid.height, label, ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: for each task, the share of equal items over the pairs."""
    parts = []
    for task, of_pairs in _differences_by_task(results).items():
        equal = [float(np.mean(differences == 0)) for differences in of_pairs]
        parts.append(
            f"{display_name(task)}: {percent(100 * min(equal))} to {percent(100 * max(equal))} % "
            "equal"
        )
    return "Differences of single items by task; equal scores are a separate bar. " + "; ".join(
        parts
    )


def _differences_by_task(results: StudyResults) -> dict[str, list[Array]]:
    """Task to the item differences of each pair, in points."""
    differences: dict[str, list[Array]] = {}
    for pair in selectors.reported_pairs(results):
        scores = task_score(pair)
        if scores is not None:
            differences.setdefault(pair.match.task, []).append(scores.differences)
    return dict(sorted(differences.items(), key=lambda item: display_order(item[0])))


def _histogram(ax: Axes, of_pairs: list[Array], theme: Theme) -> None:
    shares = np.array([100 * np.histogram(d[d != 0], BINS)[0] / len(d) for d in of_pairs])
    equal = 100 * float(np.mean([np.mean(d == 0) for d in of_pairs]))
    low, high = shares.min(axis=0), shares.max(axis=0)
    ax.stairs(high, BINS, baseline=low, fill=True, color=theme.tuned, alpha=0.35, lw=0)
    ax.stairs(shares.mean(axis=0), BINS, baseline=None, color=theme.tuned, lw=1)
    ax.bar([0], [equal], width=4, color=theme.faint)
    ax.set_title(f"equal {percent(equal)} %", loc="right", color=theme.faint, fontsize=SMALLEST)
    ax.tick_params(labelsize=SMALLEST)
    ax.set_xlim(-104, 104)
    ax.set_xticks([-100, 0, 100])

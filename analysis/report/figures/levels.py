"""Level 1 against Level 2: all models, with arrows from base to biomedical and 95 % ellipses."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from scipy import stats
from scipy.optimize import isotonic_regression

from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.standings import Standing
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf
from clue.marks import common, labelled

SIDE = 4.6
"""Smallest side of the plot, in inches."""
LABEL_HEIGHT = 0.155
"""Distance of the model names at the side, in inches."""
LABELS_LEFT = 0.74
"""Left edge of the model names, as a share of the width."""
Point = tuple[float, float]


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the models as points; None if no model has both levels."""
    standings = selectors.reported_standings(results, conf)
    points = _points(standings)
    setting = selectors.reported_setting(results)
    if not points:
        return None
    side = max(SIDE, LABEL_HEIGHT * len(points))
    height = side + 0.65
    figure = Figure(figsize=(WIDTH, height))
    ax = themed_axes(figure, theme, (0.09, 0.5 / height, LABELS_LEFT - 0.12, side / height))
    pairs = _pairs_with_both_levels(setting) if setting else []
    tuned = {level1.key.tuned for level1, _ in pairs}
    for level1, level2 in pairs:
        _arrow(ax, level1, level2, theme)
    for model, point in points.items():
        shape, colour = ("D", theme.tuned) if model in tuned else ("o", theme.base)
        ax.plot(*point, shape, color=colour, mfc=None if model in tuned else theme.paper, ms=4.5)
    ax.set_xlabel("Level 1, points")
    ax.set_ylabel("Level 2, points")
    ax.grid(color=theme.line, lw=0.6)
    ax.margins(0.08)
    shared = common(standing.marks for standing in standings)
    names = {one.model: labelled(one.model, one.marks, shared) for one in standings}
    _labels(ax, {names[model]: point for model, point in points.items()}, side, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the changes of each pair in both levels."""
    setting = selectors.reported_setting(results)
    parts = [
        f"{level1.key.tuned}: Level 1 {level1.comparison.delta:+.1f}, Level 2 "
        f"{level2.comparison.delta:+.1f}"
        for level1, level2 in (_pairs_with_both_levels(setting) if setting else [])
    ]
    return "Change from base to biomedical model in both levels, in points. " + "; ".join(parts)


def _points(standings: Sequence[Standing]) -> dict[str, Point]:
    return {
        standing.model: (
            standing.scores["level1"].estimate.delta,
            standing.scores["level2"].estimate.delta,
        )
        for standing in standings
        if {"level1", "level2"} <= set(standing.scores)
    }


def _pairs_with_both_levels(setting: PromptResults) -> list[tuple[ResultRow, ResultRow]]:
    rows = {(row.key.pair, row.key.task): row for row in selectors.primary_rows(setting, "level")}
    return [
        (rows[pair, "level1"], rows[pair, "level2"])
        for _, pair in selectors.pairs_by_family(setting)
        if (pair, "level1") in rows and (pair, "level2") in rows
    ]


def _arrow(ax: Axes, level1: ResultRow, level2: ResultRow, theme: Theme) -> None:
    base = level1.comparison.mean_base, level2.comparison.mean_base
    tuned = level1.comparison.mean_tuned, level2.comparison.mean_tuned
    ax.annotate("", tuned, base, arrowprops={"arrowstyle": "->", "color": theme.tuned, "lw": 1.2})
    if level1.comparison.se_cr2 and level2.comparison.se_cr2:
        ax.add_patch(_ellipse(tuned, level1, level2, theme))


def _ellipse(centre: Point, level1: ResultRow, level2: ResultRow, theme: Theme) -> Ellipse:
    """Joint 95 % region of both differences; its axes are parallel to those of the plot.

    The levels share no patients, so their differences are independent. A normal distribution
    approximates the t distributions of the two levels, whose degrees of freedom differ.
    """
    radius = float(stats.chi2.ppf(0.95, 2)) ** 0.5
    width, height = (2 * radius * (row.comparison.se_cr2 or 0.0) for row in (level1, level2))
    return Ellipse(centre, width, height, fill=False, edgecolor=theme.tuned, lw=0.7, ls=":")


def _labels(ax: Axes, points: Mapping[str, Point], height: float, theme: Theme) -> None:
    """Writes the names at the side in the vertical order of the points, each with a leader line."""
    low, high = ax.get_ylim()
    ordered = sorted(points, key=lambda model: -points[model][1])
    heights = [(points[model][1] - low) / (high - low) for model in ordered]
    for model, label_y in zip(ordered, _spread(heights, LABEL_HEIGHT / height), strict=True):
        ax.annotate(
            model,
            points[model],
            (1.03, label_y),
            textcoords="axes fraction",
            va="center",
            color=theme.ink,
            fontsize=7,
            arrowprops={
                "arrowstyle": "-",
                "color": theme.faint,
                "lw": 0.4,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
            annotation_clip=False,
        )


def _spread(heights: Sequence[float], step: float) -> list[float]:
    """Returns the nearest positions (least squares) from 1 down to 0, at least a step apart.

    Args:
        heights: preferred positions, from the highest to the lowest.
        step: small enough that all fit.
    """
    offsets = step * np.arange(len(heights))
    fitted = isotonic_regression(np.asarray(heights) + offsets, increasing=False).x
    return list(np.clip(fitted, offsets[-1], 1.0) - offsets)

"""Level 1 against Level 2: every model, arrows from base to biomedical with 95 % ellipses."""

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
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf

SIZE = 4.6
"""Inches of a side of the smallest figure."""
LINE = 0.155
"""Inches between the names at the side."""
NAMES = 0.74
"""Where the names begin, as a share of the width."""
Point = tuple[float, float]


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """None if no model has both levels."""
    points = _points(selectors.standings(results, conf))
    setting = selectors.declared(results)
    if not points:
        return None
    side = max(SIZE, LINE * len(points))
    height = side + 0.65
    figure = Figure(figsize=(WIDTH, height))
    made = axes(figure, theme, (0.09, 0.5 / height, NAMES - 0.12, side / height))
    pairs = _both(setting) if setting else []
    tuned = {first.key.tuned for first, _ in pairs}
    for first, second in pairs:
        _arrow(made, first, second, theme)
    for model, point in points.items():
        shape, colour = ("D", theme.tuned) if model in tuned else ("o", theme.base)
        made.plot(*point, shape, color=colour, mfc=None if model in tuned else theme.paper, ms=4.5)
    made.set_xlabel("Level 1, points")
    made.set_ylabel("Level 2, points")
    made.grid(color=theme.line, lw=0.6)
    made.margins(0.08)
    _names(made, points, side, theme)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    setting = selectors.declared(results)
    told = [
        f"{first.key.tuned}: Level 1 {first.comparison.delta:+.1f}, Level 2 "
        f"{second.comparison.delta:+.1f}"
        for first, second in (_both(setting) if setting else [])
    ]
    return "Change from base to biomedical model in both levels, in points. " + "; ".join(told)


def _points(standings: Sequence[Standing]) -> dict[str, Point]:
    return {
        each.model: (each.scores["level1"].estimate.delta, each.scores["level2"].estimate.delta)
        for each in standings
        if {"level1", "level2"} <= set(each.scores)
    }


def _both(setting: PromptResults) -> list[tuple[ResultRow, ResultRow]]:
    rows = {(row.key.pair, row.key.task): row for row in selectors.primary(setting, "level")}
    return [
        (rows[pair, "level1"], rows[pair, "level2"])
        for _, pair in selectors.pairs(setting)
        if (pair, "level1") in rows and (pair, "level2") in rows
    ]


def _arrow(made: Axes, first: ResultRow, second: ResultRow, theme: Theme) -> None:
    start = first.comparison.mean_base, second.comparison.mean_base
    end = first.comparison.mean_tuned, second.comparison.mean_tuned
    made.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": theme.tuned, "lw": 1.2})
    if first.comparison.se_cr2 and second.comparison.se_cr2:
        made.add_patch(_ellipse(end, first, second, theme))


def _ellipse(centre: Point, first: ResultRow, second: ResultRow, theme: Theme) -> Ellipse:
    """Joint 95 % region of both differences; the levels share no patients, so it lies straight.

    A normal law stands for the t laws of the two levels, whose degrees of freedom differ.
    """
    radius = float(stats.chi2.ppf(0.95, 2)) ** 0.5
    width, height = (2 * radius * (row.comparison.se_cr2 or 0.0) for row in (first, second))
    return Ellipse(centre, width, height, fill=False, edgecolor=theme.tuned, lw=0.7, ls=":")


def _names(made: Axes, points: Mapping[str, Point], height: float, theme: Theme) -> None:
    """Names at the side, from top to bottom as the points are, each with a line to its own."""
    low, high = made.get_ylim()
    ordered = sorted(points, key=lambda model: -points[model][1])
    wanted = [(points[model][1] - low) / (high - low) for model in ordered]
    for model, place in zip(ordered, _spread(wanted, LINE / height), strict=True):
        made.annotate(
            model,
            points[model],
            (1.03, place),
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


def _spread(wanted: Sequence[float], step: float) -> list[float]:
    """The nearest places (least squares) from 1 down to 0 that are at least a step apart.

    Args:
        wanted: places from the highest to the lowest.
        step: small enough that all have room.
    """
    offsets = step * np.arange(len(wanted))
    fitted = isotonic_regression(np.asarray(wanted) + offsets, increasing=False).x
    return list(np.clip(fitted, offsets[-1], 1.0) - offsets)

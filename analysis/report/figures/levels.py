"""Level 1 against Level 2: all models, with arrows from base to biomedical and 95 % ellipses."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.number_format import signed_points
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.standings import Standing
from analysis.report import selectors
from analysis.report.figures.labelled_points import (
    LABEL_HEIGHT,
    Point,
    joint_region,
    side_labels,
)
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf
from clue.marks import common, labelled

SIDE = 4.6
"""Smallest side of the plot, in inches."""
LABELS_LEFT = 0.74
"""Left edge of the model names, as a share of the width."""


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
    side_labels(ax, {names[model]: point for model, point in points.items()}, side, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the changes of each pair in both levels."""
    setting = selectors.reported_setting(results)
    parts = [
        f"{level1.key.tuned}: Level 1 {signed_points(level1.comparison.delta)}, Level 2 "
        f"{signed_points(level2.comparison.delta)}"
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
        # the levels share no patients, so their differences are independent
        variances = [(row.comparison.se_cr2 or 0.0) ** 2 for row in (level1, level2)]
        ax.add_patch(joint_region(tuned, np.diag(variances), theme.tuned))

"""Differences on exam questions against those on clinical tasks, with the line through them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.meta.errors_in_variables import ErrorsInVariables
from analysis.number_format import signed_points
from analysis.paired_study.exam_contrast import ExamContrast, ExamPoint
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.labelled_points import LABEL_HEIGHT, joint_region, side_labels
from analysis.report.figures.theme import Theme, themed_axes
from analysis.settings import AnalysisConf

LEFT = 0.6
"""Inches at the left of the plot."""
BESIDE = {False: 2.2, True: 1.3}
"""Inches of the names beside it, in the wide and in the narrow layout."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the pairs as points; None if no pair has both sides."""
    contrast = _contrast(results)
    if contrast is None or not contrast.points:
        return None
    points = {point.pair.partition(" - ")[0]: point for point in contrast.points}
    side = max(theme.width - BESIDE[theme.is_narrow] - LEFT, LABEL_HEIGHT * len(points))
    height = side + 0.65
    figure = Figure(figsize=(theme.width, height))
    width = theme.width - LEFT - BESIDE[theme.is_narrow]
    rect = (LEFT / theme.width, 0.5 / height, width / theme.width, side / height)
    ax = themed_axes(figure, theme, rect)
    for point in points.values():
        _point(ax, point, theme)
    ax.margins(0.08)
    limits = ax.get_xlim(), ax.get_ylim()
    ax.axline((0, 0), slope=1, color=theme.faint, lw=0.8, ls="--", zorder=0)
    ax.axhline(0, color=theme.line, lw=0.8, zorder=0)
    ax.axvline(0, color=theme.line, lw=0.8, zorder=0)
    if contrast.line and contrast.line.refused is None:
        _line(ax, contrast.line, [point.exam.delta for point in points.values()], theme)
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])
    ax.set_xlabel("exam questions: Δ in points")
    ax.set_ylabel("clinical tasks: Δ in points")
    centres = {name: (one.exam.delta, one.clinical.delta) for name, one in points.items()}
    side_labels(ax, centres, side, theme, BESIDE[theme.is_narrow] - 0.2)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: both differences of each pair."""
    contrast = _contrast(results)
    parts = [
        f"{point.pair}: exam {signed_points(point.exam.delta)}, clinical "
        f"{signed_points(point.clinical.delta)}"
        for point in (contrast.points if contrast else ())
    ]
    return "Differences on exam questions and on clinical tasks, in points. " + "; ".join(parts)


def _contrast(results: StudyResults) -> ExamContrast | None:
    setting = selectors.reported_setting(results)
    return setting.exam_contrast if setting else None


def _point(ax: Axes, point: ExamPoint, theme: Theme) -> None:
    centre = point.exam.delta, point.clinical.delta
    variances = np.diag([point.exam.se**2, point.clinical.se**2])
    covariance = variances + point.covariance * (1 - np.eye(2))
    ax.plot(*centre, "D", color=theme.tuned, ms=4.5)
    ax.add_patch(joint_region(centre, covariance, theme.tuned))


def _line(ax: Axes, line: ErrorsInVariables, x: list[float], theme: Theme) -> None:
    """The line over the range of the pairs."""
    limits = np.array([min(x), max(x)])
    ax.plot(limits, line.intercept + line.slope * limits, color=theme.ink, lw=1)

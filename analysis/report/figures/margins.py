"""Equivalence at every margin: the corrected p of each pair in the headline score."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name
from analysis.number_format import margin, points
from analysis.paired_study.margin_curve import MarginCurve, margin_curves
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf
from analysis.stats.paired import Array

FACTORS = np.arange(5, 101) / 20
"""Margins as multiples of the declared ones: a quarter to five times."""
LOWEST = 0.001
"""Lower end of the axis of p."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws p against the margin, a line for each pair; None without a test of equivalence."""
    curves = _curves(results)
    if not curves:
        return None
    figure = Figure(figsize=(WIDTH, 3.2))
    ax = themed_axes(figure, theme, (0.08, 0.15, 0.6, 0.81))
    alpha = conf.study.alpha
    ax.axhline(alpha, color=theme.faint, lw=0.8, ls=(0, (4, 3)))
    margin = curves[0].row.comparison.margin
    if margin is not None:
        ax.axvline(margin, color=theme.faint, lw=2)
    for number, curve in enumerate(curves, 1):
        _line(ax, number, curve, alpha, theme)
    ax.set_yscale("log")
    ax.set_ylim(LOWEST, 1.1)
    ax.set_yticks([0.001, 0.01, 0.05, 0.1, 1], ["0.001", "0.01", "0.05", "0.1", "1"])
    ax.minorticks_off()
    ax.set_xlim(0, max(float(curve.margins[-1]) for curve in curves))
    ax.grid(color=theme.line, lw=0.6)
    ax.set_xlabel(f"margin in points, {display_name(curves[0].row.key.task)}")
    ax.set_ylabel("p of equivalence")
    _names(figure, curves, alpha, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the smallest margin at which each pair would be equivalent at 5 %."""
    parts = [
        f"{curve.row.key.pair} {_crossing_text(curve, curve.row.comparison.alpha)}"
        for curve in _curves(results)
    ]
    return f"Smallest margin at which a pair would be equivalent: {'; '.join(parts)}."


def crossing(curve: MarginCurve, alpha: float) -> float | None:
    """Smallest margin at which the shown p is at most alpha, interpolated; None: beyond all."""
    p = _shown(curve)
    (below,) = np.nonzero(p <= alpha)
    if not below.size:
        return None
    after = int(below[0])
    if after == 0:
        return float(curve.margins[0])
    points = slice(after - 1, after + 1)
    return float(np.interp(-alpha, -p[points], curve.margins[points]))


def _curves(results: StudyResults) -> list[MarginCurve]:
    """Curves of the headline score, those that cross alpha first at the beginning."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return []
    _, rows = selectors.headline_rows(setting)
    curves = margin_curves(rows, FACTORS)
    return sorted(curves, key=lambda curve: crossing(curve, curve.row.comparison.alpha) or math.inf)


def _shown(curve: MarginCurve) -> Array:
    """The corrected p; of an exploratory comparison the p itself."""
    return curve.p if curve.adjusted is None else curve.adjusted


def _line(ax: Axes, number: int, curve: MarginCurve, alpha: float, theme: Theme) -> None:
    ax.plot(curve.margins, np.maximum(_shown(curve), LOWEST), color=theme.tuned, lw=1)
    at = crossing(curve, alpha)
    if at is not None:
        ax.annotate(
            str(number), (at, alpha), (0, 4 + 9 * (number % 4)), textcoords="offset points",
            ha="center", color=theme.ink, fontsize=7,
        )  # fmt: skip


def _names(figure: Figure, curves: list[MarginCurve], alpha: float, theme: Theme) -> None:
    """Numbers and names of the pairs, beside the axes."""
    for number, curve in enumerate(curves, 1):
        text = f"{number}  {curve.row.key.tuned}: {_crossing_text(curve, alpha)}"
        figure.text(0.7, 0.96 - 0.068 * (number - 1), text, color=theme.ink, fontsize=7, va="top")


def _crossing_text(curve: MarginCurve, alpha: float) -> str:
    at = crossing(curve, alpha)
    return f"above {margin(curve.margins[-1])} points" if at is None else f"{points(at)} points"

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
from analysis.report.figures.findings import finding_style
from analysis.report.figures.labelled_points import spread
from analysis.report.figures.shown_pairs import note, shown_pairs
from analysis.report.figures.text_width import shortened, text_inches
from analysis.report.figures.theme import SMALLEST, Theme, themed_axes
from analysis.report.verdict_symbols import symbol
from analysis.settings import AnalysisConf
from analysis.stats.paired import Array

FACTORS = np.arange(5, 101) / 20
"""Margins as multiples of the declared ones: a quarter to five times."""
LOWEST = 0.001
"""Lower end of the axis of p."""
LINE, NUMBER = 0.16, 0.2
"""Inches of a name below another one, and of a number beside another one."""
LEFT, BESIDE, PLOT, ABOVE, BELOW = 0.75, 2.5, 2.5, 0.26, 0.5
"""Inches at the left of the axes, for names beside them, of the axes, above and below them."""
SIZE = 7.5


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws p against the margin, a line for each pair; None without a test of equivalence."""
    curves = _curves(results)
    if not curves:
        return None
    names = LINE * len(curves)
    beside = 0.0 if theme.is_narrow else BESIDE
    plot = PLOT if theme.is_narrow else max(PLOT, names)
    below = BELOW + (names if theme.is_narrow else 0.0)
    height = ABOVE + plot + below
    figure = Figure(figsize=(theme.width, height))
    width = theme.width - LEFT - beside - 0.1
    rect = (LEFT / theme.width, below / height, width / theme.width, plot / height)
    ax = themed_axes(figure, theme, rect)
    alpha = conf.study.alpha
    ax.axhline(alpha, color=theme.faint, lw=0.8, ls=(0, (4, 3)))
    margin = curves[0].row.comparison.margin
    if margin is not None:
        ax.axvline(margin, color=theme.faint, lw=2)
    for curve in curves:
        colour, _ = finding_style(curve.row.judgement.verdict, theme)
        ax.plot(curve.margins, np.maximum(_shown(curve), LOWEST), color=colour, lw=1)
    _axes(ax, curves, theme)
    _numbers(ax, curves, alpha, width, theme)
    corner = (0.1, names) if theme.is_narrow else (theme.width - beside, height - ABOVE)
    _names(figure, curves, alpha, corner, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the smallest margin at which each pair would be equivalent at 5 %."""
    parts = [
        f"{curve.row.key.pair} {_crossing_text(curve, curve.row.comparison.alpha)}"
        for curve in _curves(results)
    ]
    return f"Smallest margin at which a pair would be equivalent: {'; '.join(parts)}."


def caption(results: StudyResults) -> str:
    """Explains the elements of the figure, and names what it leaves out."""
    text = (
        "Each line is a pair: the p of its two one-sided tests at every margin, corrected for "
        "several pairs (Holm; all margins of the family change by the same factor). Where a line "
        "crosses the dashed line (alpha), at its number, begin the margins within which the pair "
        "would be equivalent. Thick line: the declared margin. A margin that is chosen after the "
        "results are seen supports no claim. Colours follow the verdicts at the declared margin."
    )
    return f"{text} {note(results)}".rstrip()


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
    pairs = shown_pairs(results)  # after the correction, which is for all pairs
    curves = [one for one in margin_curves(rows, FACTORS) if one.row.key.pair in pairs]
    return sorted(curves, key=lambda curve: crossing(curve, curve.row.comparison.alpha) or math.inf)


def _shown(curve: MarginCurve) -> Array:
    """The corrected p; of an exploratory comparison the p itself."""
    return curve.p if curve.adjusted is None else curve.adjusted


def _axes(ax: Axes, curves: list[MarginCurve], theme: Theme) -> None:
    ax.set_yscale("log")
    ax.set_ylim(LOWEST, 1.1)
    ax.set_yticks([0.001, 0.01, 0.05, 0.1, 1], ["0.001", "0.01", "0.05", "0.1", "1"])
    ax.minorticks_off()
    ax.set_xlim(0, max(float(curve.margins[-1]) for curve in curves))
    ax.grid(color=theme.line, lw=0.6)
    ax.set_xlabel(f"margin in points, {display_name(curves[0].row.key.task)}")
    ax.set_ylabel("p of equivalence")


def _numbers(ax: Axes, curves: list[MarginCurve], alpha: float, width: float, theme: Theme) -> None:
    """Numbers of the pairs above the axes, each with a line down to where its curve crosses."""
    highest = ax.get_xlim()[1]
    crossings = {n: at for n, one in enumerate(curves, 1) if (at := crossing(one, alpha))}
    if not crossings:
        return
    step = min(NUMBER / width, 1 / len(crossings))
    ordered = sorted(crossings, key=lambda number: -crossings[number])
    places = spread([crossings[number] / highest for number in ordered], step)
    for number, place in zip(ordered, places, strict=True):
        colour, _ = finding_style(curves[number - 1].row.judgement.verdict, theme)
        ax.annotate(
            str(number),
            (crossings[number], alpha),
            (place, 1.03),
            textcoords="axes fraction",
            ha="center",
            va="bottom",
            color=colour,
            fontsize=SMALLEST,
            arrowprops={"arrowstyle": "-", "color": theme.faint, "lw": 0.4, "shrinkB": 0},
            annotation_clip=False,
        )


def _names(
    figure: Figure,
    curves: list[MarginCurve],
    alpha: float,
    corner: tuple[float, float],
    theme: Theme,
) -> None:
    """Mark, number and name of each pair, from a corner down, in inches."""
    width, height = figure.get_size_inches()
    left, top = corner
    for number, curve in enumerate(curves, 1):
        colour, _ = finding_style(curve.row.judgement.verdict, theme)
        crossed = _crossing_text(curve, alpha)
        room = width - left - text_inches(f"99 : {crossed} ▼", SIZE) - 0.1
        name = shortened(curve.row.key.tuned, room, SIZE)
        text = f"{number}  {name}: {crossed} {symbol(curve.row)}".rstrip()
        place = (left / width, (top - LINE * (number - 0.5)) / height)
        figure.text(*place, text, color=colour, fontsize=SIZE, va="center")


def _crossing_text(curve: MarginCurve, alpha: float) -> str:
    at = crossing(curve, alpha)
    return f"above {margin(curve.margins[-1])} points" if at is None else f"{points(at)} points"

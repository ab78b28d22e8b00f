"""Level 1 against Level 2: every model, an arrow from base to biomedical, its 95 % ellipse."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from scipy import stats

from analysis.report import choose
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf
from analysis.study.results import Results, Setting
from analysis.study.rows import Row

SIZE = 4.6
"""Inches of a side."""


def draw(results: Results, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """None if no pair has both levels."""
    setting = choose.declared(results)
    both = _both(setting) if setting else []
    if not both:
        return None
    figure = Figure(figsize=(WIDTH, SIZE + 0.5))
    made = axes(figure, theme, (0.09, 0.11, 0.88, 0.86))
    for first, second in both:
        _arrow(made, first, second, theme)
    for base, (first, second) in {rows[0].key.base: rows for rows in both}.items():
        start = first.comparison.mean_base, second.comparison.mean_base
        made.annotate(base, start, (5, -9), **_small(theme.faint))
    made.set_xlabel("Level 1, points")
    made.set_ylabel("Level 2, points")
    made.grid(color=theme.line, lw=0.6)
    made.margins(0.12)
    return figure


def alt(results: Results) -> str:
    """What the figure shows, in words."""
    setting = choose.declared(results)
    told = [
        f"{first.key.tuned}: Level 1 {first.comparison.delta:+.1f}, Level 2 "
        f"{second.comparison.delta:+.1f}"
        for first, second in (_both(setting) if setting else [])
    ]
    return "Change from base to biomedical model in both levels, in points. " + "; ".join(told)


def _both(setting: Setting) -> list[tuple[Row, Row]]:
    rows = {(row.key.pair, row.key.task): row for row in choose.primary(setting, "level")}
    return [
        (rows[pair, "level1"], rows[pair, "level2"])
        for _, pair in choose.pairs(setting)
        if (pair, "level1") in rows and (pair, "level2") in rows
    ]


def _arrow(made: Axes, first: Row, second: Row, theme: Theme) -> None:
    start = first.comparison.mean_base, second.comparison.mean_base
    end = first.comparison.mean_tuned, second.comparison.mean_tuned
    made.plot(*start, "o", color=theme.base, mfc=theme.paper, ms=5)
    made.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": theme.tuned, "lw": 1.3})
    made.plot(*end, "D", color=theme.tuned, ms=4)
    if first.comparison.se_cr2 and second.comparison.se_cr2:
        made.add_patch(_ellipse(end, first, second, theme))
    made.annotate(first.key.tuned, end, (5, 4), **_small(theme.ink))


def _small(colour: str) -> dict[str, Any]:
    return {"textcoords": "offset points", "color": colour, "fontsize": 7}


def _ellipse(centre: tuple[float, float], first: Row, second: Row, theme: Theme) -> Ellipse:
    """Joint 95 % region of both differences; the levels share no patients, so it lies straight.

    A normal law stands for the t laws of the two levels, whose degrees of freedom differ.
    """
    radius = float(stats.chi2.ppf(0.95, 2)) ** 0.5
    width, height = (2 * radius * (row.comparison.se_cr2 or 0.0) for row in (first, second))
    return Ellipse(centre, width, height, fill=False, edgecolor=theme.tuned, lw=0.7, ls=":")

"""Figure of comparisons of files: a row per task with its difference and 95 % interval."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import number_format
from analysis.pairing.file_comparison import FileComparison
from analysis.report.figures.findings import finding_style
from analysis.report.figures.interval_rows import (
    difference,
    left_text,
    margin_band,
    right_text,
)
from analysis.report.figures.stamp import add_stamp
from analysis.report.figures.theme import (
    LIGHT,
    WIDTH,
    Theme,
    drawing,
    png,
    svg,
    themed_axes,
    with_fixed_colours,
)
from analysis.report.verdict_symbols import verdict_symbol
from analysis.sentences.phrases import decimals
from analysis.sentences.verdict import verdict
from clue.marks import union

ROW = 0.26
"""Height of a row in inches."""
ABOVE, BELOW = 0.3, 0.5
"""Inches for the heads of the columns and for the axis."""
LEFT, PLOT = 0.28, 0.37
"""Shares of the width for names and for the axis; the numbers use the rest."""
NAME, DELTA, P, MARK = -0.74, 1.04, 1.86, 1.92
"""Horizontal positions of the text columns, in widths of the axis."""
LONGEST = 34
"""Characters of a name."""

Comparisons = Mapping[str, FileComparison]
"""Comparisons by the name of their row, at least one."""


def figure_file(path: Path, comparisons: Comparisons) -> bytes:
    """Returns the content of a file: PNG if its name ends with .png, otherwise SVG."""
    figure = draw(comparisons, LIGHT)
    if path.suffix.lower() == ".png":
        return png(figure)
    return with_fixed_colours(svg(figure, "comparison")).encode()


def draw(comparisons: Comparisons, theme: Theme) -> Figure:
    """Draws one row per comparison, in the order of the mapping."""
    with drawing():
        height = ROW * (len(comparisons) + 1) + ABOVE + BELOW
        figure = Figure(figsize=(WIDTH, height))
        rect = (LEFT, BELOW / height, PLOT, 1 - (ABOVE + BELOW) / height)
        ax = themed_axes(figure, theme, rect)
        ax.set_ylim(-len(comparisons) + 0.4, 0.6)
        first = next(iter(comparisons.values()))
        margin_band(ax, first.comparison.margin, theme)
        for index, (name, one) in enumerate(comparisons.items()):
            _row(ax, -index, name, one, theme)
        _finish(ax, first, theme)
        marks = union(*(one.labels.marks for one in comparisons.values()))
        if marks:
            add_stamp(figure, "; ".join(marks), theme)
    return figure


def _row(ax: Axes, y: float, name: str, one: FileComparison, theme: Theme) -> None:
    comparison, claimed = one.comparison, verdict(one.comparison, one.adjusted)
    colour, marker = finding_style(claimed, theme)
    if comparison.interval:
        ax.plot(list(comparison.interval), [y, y], color=colour, lw=2.2, solid_capstyle="butt")
    ax.plot([comparison.delta], [y], marker, color=colour, ms=4.5)
    p = one.adjusted.difference if one.adjusted else comparison.p
    ax.annotate(_short(name), (NAME, y), **left_text(theme.ink))
    ax.annotate(
        difference(comparison, decimals(comparison, one.labels)), (DELTA, y), **left_text(theme.ink)
    )
    ax.annotate(number_format.p_cell(p), (P, y), **right_text(theme.ink))
    ax.annotate(verdict_symbol(claimed, comparison.delta), (MARK, y), **right_text(colour))


def _finish(ax: Axes, first: FileComparison, theme: Theme) -> None:
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    labels = first.labels
    ax.set_xlabel(f"{_short(labels.tuned)} minus {_short(labels.base)}", color=theme.ink)
    p = f"p ({labels.adjustment})" if labels.adjustment else "p"
    for x, text, side in ((DELTA, "Δ [95 % CI]", left_text), (P, p, right_text)):
        ax.annotate(text, (x, 0.9), **side(theme.faint), annotation_clip=False)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"

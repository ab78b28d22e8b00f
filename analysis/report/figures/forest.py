"""Forest plot: pairs by family or levels and tasks of one pair, pooled means, declared margins."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import number_format
from analysis.meta import MetaAnalysis, RandomEffects
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.findings import finding_style
from analysis.report.figures.forest_rows import ForestRows
from analysis.report.figures.interval_rows import difference, left_text, margin_band, right_text
from analysis.report.figures.text_width import SPACE, column_inches, shortened, text_inches
from analysis.report.figures.theme import Theme, themed_axes
from analysis.report.verdict_symbols import symbol
from analysis.settings import AnalysisConf
from analysis.stats.paired import Interval

SIZE = 8.0
POOLED, ANOTHER, EXACTLY = (
    *("Pairs of this kind (pooled)", "Another pair (prediction)"),
    "Exactly these pairs (mean)",
)
ABOVE, BELOW = 0.3, 0.5
"""Inches for the heads of the columns and for the axis."""
OFFSET = "  "
"""Begins the name of a pair below its family."""


@dataclass(frozen=True)
class ForestLayout:
    """Positions in inches from the left edge of the axis; narrow: texts are above intervals."""

    row: float
    left: float
    """Inches at the left of the axis."""
    plot: float
    """Width of the axis."""
    delta: float
    mark: float
    p: float | None = None
    m_star: float | None = None
    text_above: float = 0.0
    """Distance of a text from its interval, in rows."""

    def at(self, inches: float) -> float:
        """Position in widths of the axis."""
        return inches / self.plot

    @property
    def name(self) -> float:
        """Position of the names."""
        return 0.03 - self.left

    @property
    def name_inches(self) -> float:
        """Space of a name."""
        return self.left - SPACE if self.p is not None else self.delta - 1.55


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Every pair in the most comprehensive score; None if no pair was compared."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return None
    shown = ForestRows.of(setting)
    lines = _lines(shown)
    layout = _layout(shown, lines, theme)
    below = len(lines) + (_pooled_height(shown.pooled) if shown.pooled else 0)
    height = layout.row * below + ABOVE + BELOW
    figure = Figure(figsize=(theme.width, height))
    rect = (
        *(layout.left / theme.width, BELOW / height, layout.plot / theme.width),
        layout.row * below / height,
    )
    ax = themed_axes(figure, theme, rect)
    ax.set_ylim(0.5 - below, 0.5)
    margin_band(ax, None if shown.is_one_pair else shown.rows[0].comparison.margin, theme)
    for index, line in enumerate(lines):
        if isinstance(line, str):
            heading = {**left_text(theme.faint), "style": "italic"}
            ax.annotate(line, (layout.at(layout.name), -index), **heading)
            continue
        if shown.is_one_pair:  # levels and tasks have margins of their own
            _band(ax, -index, line.comparison.margin, theme)
        _comparison(ax, -index, line, layout, theme)
        _name(ax, -index, f"{OFFSET}{shown.name(line)}", layout, theme)
    if shown.pooled:
        _pooled(ax, -len(lines) - 0.3, shown.pooled, layout, theme)
    _finish(ax, shown.axis, layout, theme)
    return figure


def _layout(shown: ForestRows, lines: Sequence[ResultRow | str], theme: Theme) -> ForestLayout:
    if theme.is_narrow:
        plot = theme.width - 0.2
        return ForestLayout(0.36, 0.1, plot, plot - 0.25, plot, text_above=0.32)
    names = [f"{OFFSET}{shown.name(row)}" for row in shown.rows]
    if not shown.is_one_pair:  # the heading of one pair may reach into the plot
        names += [line for line in lines if isinstance(line, str)]
    left = column_inches([*names, *([EXACTLY, POOLED] if shown.pooled else [])], SIZE, 2.2)
    numbers = max(text_inches(difference(row.comparison), SIZE) for row in shown.rows)
    plot = theme.width - left - numbers - 1.6
    delta = plot + 0.1 + numbers
    return ForestLayout(
        0.24, left, plot, delta, mark=delta + 1.42, p=delta + 0.68, m_star=delta + 1.18
    )


def _pooled_height(meta: MetaAnalysis) -> float:
    """Number of lines for the pooled means."""
    return 1.3 if meta.headline.refused else 3.3


def _lines(shown: ForestRows) -> list[ResultRow | str]:
    """Headings, each followed by its rows."""
    lines: list[ResultRow | str] = []
    for heading, rows in groupby(shown.rows, key=shown.heading):
        lines += [heading, *rows]
    return lines


def _band(ax: Axes, y: float, margin: float | None, theme: Theme) -> None:
    """Margin of one row."""
    if margin is not None:
        ax.fill_betweenx([y - 0.5, y + 0.5], -margin, margin, color=theme.band, lw=0, zorder=0)


def _comparison(ax: Axes, y: float, row: ResultRow, layout: ForestLayout, theme: Theme) -> None:
    comparison, judgement = row.comparison, row.judgement
    colour, marker = finding_style(judgement.verdict, theme)
    at = y - layout.text_above
    if judgement.ci_simultaneous:
        ax.plot(list(judgement.ci_simultaneous), [at, at], color=colour, lw=0.8)
    if comparison.interval:
        ax.plot(list(comparison.interval), [at, at], color=colour, lw=2.6, solid_capstyle="butt")
    ax.plot([comparison.delta], [at], marker, color=colour, ms=5)
    _numbers(ax, y, difference(comparison), layout, theme)
    if layout.p is not None and layout.m_star is not None:
        style = right_text(theme.ink)
        p, m_star = number_format.p_cell(judgement.p_adjusted), comparison.m_star
        ax.annotate(p, (layout.at(layout.p), y), **style)
        ax.annotate(number_format.points(m_star), (layout.at(layout.m_star), y), **style)
    ax.annotate(symbol(row), (layout.at(layout.mark), y), **right_text(colour))


def _name(ax: Axes, y: float, name: str, layout: ForestLayout, theme: Theme) -> None:
    text = shortened(name, layout.name_inches, SIZE)
    ax.annotate(text, (layout.at(layout.name), y), **left_text(theme.ink))


def _numbers(ax: Axes, y: float, text: str, layout: ForestLayout, theme: Theme) -> None:
    style = right_text(theme.ink)
    if theme.is_narrow:  # the text stands on the axis
        style["bbox"] = {"facecolor": theme.paper, "lw": 0, "pad": 1.0}
    ax.annotate(text, (layout.at(layout.delta), y), **style)


def _pooled(ax: Axes, y: float, meta: MetaAnalysis, layout: ForestLayout, theme: Theme) -> None:
    if meta.headline.refused is None:
        _population(ax, y, meta.headline, layout, theme)
        y -= 2
    mean, interval = meta.fixed_set.delta, meta.fixed_set.interval()
    if isfinite(interval.low):
        _diamond(ax, y - layout.text_above, mean, interval, (theme.ink, theme.paper))
        _name(ax, y, EXACTLY, layout, theme)
        _numbers(ax, y, number_format.estimate(mean, interval), layout, theme)


def _population(
    ax: Axes, y: float, population: RandomEffects, layout: ForestLayout, theme: Theme
) -> None:
    """Mean of the population on one line, prediction interval on the next."""
    interval, prediction = population.ci95, population.pi95
    at = y - layout.text_above
    _diamond(ax, at, population.mu, interval, (theme.ink, theme.ink))
    ax.plot(prediction, [at - 1, at - 1], "--", color=theme.ink, lw=1)
    _name(ax, y, POOLED, layout, theme)
    _name(ax, y - 1, ANOTHER, layout, theme)
    _numbers(ax, y, number_format.estimate(population.mu, interval), layout, theme)
    _numbers(ax, y - 1, number_format.points_interval(prediction), layout, theme)
    if layout.p is not None:
        p = number_format.p_cell(population.p)
        ax.annotate(p, (layout.at(layout.p), y), **right_text(theme.ink))


def _diamond(
    ax: Axes, y: float, centre: float, interval: Interval, colours: tuple[str, str]
) -> None:
    """Diamond from one end of the interval to the other; colours of edge and inside."""
    edge, inside = colours
    ax.fill(
        [interval.low, centre, interval.high, centre],
        [y, y + 0.28, y, y - 0.28],
        facecolor=inside,
        edgecolor=edge,
        lw=1,
    )


def _finish(ax: Axes, label: str, layout: ForestLayout, theme: Theme) -> None:
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(label)
    ax.locator_params(axis="x", nbins=5)
    heads = ((layout.delta, "Δ [95 % CI]"), (layout.p, "p (Holm)"), (layout.m_star, "m*"))
    for inches, text in heads:
        if inches is not None:
            ax.annotate(text, (layout.at(inches), 0.9), **right_text(theme.faint))

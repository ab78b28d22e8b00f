"""Forest plot: pairs by family, pooled means, declared margin."""

from collections.abc import Sequence
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import number_format
from analysis.meta import MetaAnalysis, RandomEffects
from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.interval_rows import (
    difference,
    left_text,
    margin_band,
    right_text,
    verdict_colour,
)
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.report.verdict_symbols import symbol
from analysis.settings import AnalysisConf
from analysis.stats.paired import Interval

ROW = 0.24
"""Height of a line in inches."""
LEFT, PLOT = 0.25, 0.36
"""Shares of the width for names and for the axis; the numbers use the rest."""
NAME, DELTA, P, M_STAR, MARK = -0.68, 1.03, 1.70, 1.88, 1.97
"""Horizontal positions of the text columns, in widths of the axis."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Every pair in the most comprehensive score; None if no pair was compared."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return None
    level, rows = selectors.headline_rows(setting)
    lines = _lines(rows)
    pooled = setting.answers.get(level)
    below = len(lines) + (_pooled_height(pooled.meta) if pooled else 0)
    height = ROW * (below + 2) + 0.55
    figure = Figure(figsize=(WIDTH, height))
    ax = themed_axes(figure, theme, (LEFT, 0.5 / height, PLOT, 1 - 0.55 / height))
    ax.set_ylim(-below, 2)
    margin_band(ax, rows[0].comparison.margin, theme)
    for index, line in enumerate(lines):
        if isinstance(line, str):
            ax.annotate(line, (NAME, -index), **left_text(theme.faint), style="italic")
        else:
            _pair(ax, -index, line, theme)
    if pooled:
        _pooled(ax, -len(lines) - 0.5, pooled.meta, theme)
    _finish(ax, level, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure in words."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return ""
    level, rows = selectors.headline_rows(setting)
    pairs = "; ".join(f"{row.key.pair}: {difference(row.comparison)}" for row in rows)
    return f"Differences in {display_name(level)}, in points, with 95 % intervals. {pairs}"


def _pooled_height(meta: MetaAnalysis) -> float:
    """Number of lines for the pooled means."""
    return 1.5 if meta.headline.refused else 3.5


def _lines(rows: Sequence[ResultRow]) -> list[ResultRow | str]:
    """Families, each followed by its pairs."""
    lines: list[ResultRow | str] = []
    for family in sorted({row.key.family for row in rows}):
        lines += [family, *sorted((r for r in rows if r.key.family == family), key=_pair_name)]
    return lines


def _pair_name(row: ResultRow) -> str:
    return row.key.pair


def _pair(ax: Axes, y: float, row: ResultRow, theme: Theme) -> None:
    comparison, judgement = row.comparison, row.judgement
    colour = verdict_colour(judgement.verdict, theme)
    if judgement.ci_simultaneous:
        ax.plot(list(judgement.ci_simultaneous), [y, y], color=colour, lw=0.8)
    if comparison.interval:
        ax.plot(list(comparison.interval), [y, y], color=colour, lw=2.6, solid_capstyle="butt")
    ax.plot([comparison.delta], [y], "s", color=colour, ms=4.5)
    ax.annotate(f"  {row.key.tuned}", (NAME, y), **left_text(theme.ink))
    ax.annotate(difference(row.comparison), (DELTA, y), **left_text(theme.ink))
    ax.annotate(number_format.p_cell(judgement.p_adjusted), (P, y), **right_text(theme.ink))
    m_star = number_format.points(comparison.m_star)
    ax.annotate(m_star, (M_STAR, y), **right_text(theme.ink))
    ax.annotate(symbol(row), (MARK, y), **right_text(colour))


def _pooled(ax: Axes, y: float, meta: MetaAnalysis, theme: Theme) -> None:
    if meta.headline.refused is None:
        _population(ax, y, meta.headline, theme)
        y -= 2
    mean, interval = meta.fixed_set.delta, meta.fixed_set.interval()
    if isfinite(interval.low):
        _diamond(ax, y, mean, interval, (theme.ink, theme.paper))
        ax.annotate("Exactly these pairs (mean)", (NAME, y), **left_text(theme.ink))
        ax.annotate(number_format.estimate(mean, interval), (DELTA, y), **left_text(theme.ink))


def _population(ax: Axes, y: float, population: RandomEffects, theme: Theme) -> None:
    """Mean of the population on one line, prediction interval on the next."""
    interval, prediction = population.ci95, population.pi95
    _diamond(ax, y, population.mu, interval, (theme.ink, theme.ink))
    ax.plot(prediction, [y - 1, y - 1], "--", color=theme.ink, lw=1)
    ax.annotate("Pairs of this kind (pooled)", (NAME, y), **left_text(theme.ink))
    ax.annotate("Another pair (prediction)", (NAME, y - 1), **left_text(theme.ink))
    ax.annotate(number_format.estimate(population.mu, interval), (DELTA, y), **left_text(theme.ink))
    limits = number_format.points_interval(prediction)
    ax.annotate(limits, (DELTA, y - 1), **left_text(theme.ink))
    ax.annotate(number_format.p_cell(population.p), (P, y), **right_text(theme.ink))


def _diamond(
    ax: Axes, y: float, centre: float, interval: Interval, colours: tuple[str, str]
) -> None:
    """Diamond from one end of the interval to the other; colours of edge and inside."""
    edge, inside = colours
    ax.fill(
        [interval.low, centre, interval.high, centre],
        [y, y + 0.32, y, y - 0.32],
        facecolor=inside,
        edgecolor=edge,
        lw=1,
    )


def _finish(ax: Axes, level: str, theme: Theme) -> None:
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{display_name(level)}: biomedical minus base, points")
    heads = (
        (DELTA, "Δ [95 % CI]", left_text),
        (P, "p (Holm)", right_text),
        (M_STAR, "m*", right_text),
    )
    for x, text, side in heads:
        ax.annotate(text, (x, 1.2), **side(theme.faint))

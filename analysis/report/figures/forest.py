"""Forest plot: the pairs by family, what is pooled of them, the declared margin."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import number_format
from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf
from analysis.stats.paired import Interval

ROW = 0.24
"""Inches of a line."""
LEFT, PLOT = 0.25, 0.36
"""Shares of the width: names, axis; numbers stand in the rest."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Every pair in the most comprehensive score; None if no pair was compared."""
    setting = selectors.declared(results)
    if setting is None:
        return None
    level, rows = selectors.highest(setting)
    lines = _lines(rows)
    pooled = setting.answers[PRIMARY].get(level)
    below = len(lines) + (_extra(pooled) if pooled else 0)
    height = ROW * (below + 2) + 0.55
    figure = Figure(figsize=(WIDTH, height))
    made = axes(figure, theme, (LEFT, 0.5 / height, PLOT, 1 - 0.55 / height))
    made.set_ylim(-below, 2)
    _margin(made, rows[0].comparison.margin, theme)
    for place, line in enumerate(lines):
        if isinstance(line, str):
            made.annotate(line, (-0.68, -place), **_left(theme.faint), style="italic")
        else:
            _pair(made, -place, line, theme)
    if pooled:
        _pooled(made, -len(lines) - 0.5, pooled, theme)
    _finish(made, level, theme)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    setting = selectors.declared(results)
    if setting is None:
        return ""
    level, rows = selectors.highest(setting)
    told = [
        f"{row.key.pair}: {_told(row.comparison.delta, row.comparison.interval, row)}"
        for row in rows
    ]
    return f"Differences in {display_name(level)}, in points, with 95 % intervals. " + "; ".join(
        told
    )


def _extra(said: Mapping[str, Any]) -> float:
    """Lines that what is pooled takes."""
    return 1.5 if said["refused"] else 3.5


def _lines(rows: Sequence[ResultRow]) -> list[ResultRow | str]:
    """Families and below each its pairs."""
    lines: list[ResultRow | str] = []
    for family in sorted({row.key.family for row in rows}):
        lines += [family, *sorted((r for r in rows if r.key.family == family), key=_by_name)]
    return lines


def _by_name(row: ResultRow) -> str:
    return row.key.pair


def _pair(made: Axes, y: float, row: ResultRow, theme: Theme) -> None:
    found, judged = row.comparison, row.judgement
    colour = _colour(judged.verdict, theme)
    if judged.ci_simultaneous:
        made.plot(list(judged.ci_simultaneous), [y, y], color=colour, lw=0.8)
    if found.interval:
        made.plot(list(found.interval), [y, y], color=colour, lw=2.6, solid_capstyle="butt")
    made.plot([found.delta], [y], "s", color=colour, ms=4.5)
    made.annotate(f"  {row.key.tuned}", (-0.68, y), **_left(theme.ink))
    mark = selectors.MARKS[judged.verdict]
    made.annotate(_told(found.delta, found.interval, row), (1.03, y), **_left(theme.ink))
    p = (
        number_format.p_value(judged.p_adjusted).lstrip("= ")
        if judged.p_adjusted is not None
        else "-"
    )
    made.annotate(p, (1.70, y), **_right(theme.ink))
    star = f"{found.m_star:.1f}" if found.m_star is not None else "-"
    made.annotate(star, (1.88, y), **_right(theme.ink))
    made.annotate(mark, (1.97, y), **_right(colour))


def _pooled(made: Axes, y: float, said: Mapping[str, Any], theme: Theme) -> None:
    fixed = said["fixed_set"]
    if said["refused"] is None:
        _diamond(made, y, said, theme.ink, theme.ink)
        made.plot(said["pi95"], [y - 1, y - 1], "--", color=theme.ink, lw=1)
        made.annotate("Pairs of this kind (pooled)", (-0.68, y), **_left(theme.ink))
        made.annotate("Another pair (prediction)", (-0.68, y - 1), **_left(theme.ink))
        made.annotate(_ends(said["mu"], said["ci95"]), (1.03, y), **_left(theme.ink))
        low, high = said["pi95"]
        made.annotate(f"{low:.1f} to {high:.1f}", (1.03, y - 1), **_left(theme.ink))
        made.annotate(number_format.p_value(said["p"]).lstrip("= "), (1.70, y), **_right(theme.ink))
        y -= 2
    if fixed["ci95"][0] is not None:
        _diamond(made, y, fixed, theme.ink, theme.paper)
        made.annotate("Exactly these pairs (mean)", (-0.68, y), **_left(theme.ink))
        made.annotate(_ends(fixed["mu"], fixed["ci95"]), (1.03, y), **_left(theme.ink))


def _diamond(made: Axes, y: float, said: Mapping[str, Any], ink: str, inside: str) -> None:
    centre, (low, high) = said["mu"], said["ci95"]
    made.fill(
        [low, centre, high, centre],
        [y, y + 0.32, y, y - 0.32],
        facecolor=inside,
        edgecolor=ink,
        lw=1,
    )


def _margin(made: Axes, margin: float | None, theme: Theme) -> None:
    if margin is not None:
        made.axvspan(-margin, margin, color=theme.band, lw=0, zorder=0)
    made.axvline(0, color=theme.faint, lw=0.8, zorder=1)


def _finish(made: Axes, level: str, theme: Theme) -> None:
    made.set_yticks([])
    made.spines["left"].set_visible(False)
    made.set_xlabel(f"{display_name(level)}: biomedical minus base, points")
    heads = ((1.03, "Δ [95 % CI]", _left), (1.70, "p (Holm)", _right), (1.88, "m*", _right))
    for x, text, side in heads:
        made.annotate(text, (x, 1.2), **side(theme.faint))


def _told(delta: float, ends: Interval | None, row: ResultRow) -> str:
    if ends is None:
        return f"{delta:.1f} [untested]"
    places = number_format.decimals(row.comparison.se_cr2)
    return f"{number_format.number(delta, places)} [{number_format.interval(ends, places)}]"


def _ends(centre: float, ends: Sequence[float]) -> str:
    return f"{centre:.1f} [{ends[0]:.1f} to {ends[1]:.1f}]"


def _colour(verdict: str, theme: Theme) -> str:
    return {"decline": theme.decline, "gain": theme.gain}.get(verdict, theme.ink)


def _left(colour: str) -> dict[str, Any]:
    """Text that begins at a share of the axis' width."""
    where = ("axes fraction", "data")
    return {"xycoords": where, "va": "center", "ha": "left", "color": colour, "fontsize": 8}


def _right(colour: str) -> dict[str, Any]:
    return {**_left(colour), "ha": "right"}

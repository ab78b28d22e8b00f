"""Colour and mark of a finding in all figures: worse, better, equivalent or open.

A colour stands for a tested claim, never for the sign of an estimate. Every colour has a mark of
its own shape, so that nothing is lost without colours.
"""

from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.report.figures.theme import SMALLEST, Theme
from analysis.sentences.verdict import WITHIN_MARGIN, Verdict

MARKERS: dict[str, str] = {"worse": "v", "better": "^", "equivalent": "s", "open": "o"}
"""Finding to the shape of its mark."""
WORDS = {
    "worse": "worse",
    "better": "better",
    "equivalent": "within the margin",
    "open": "not settled",
}
"""Finding to its words in a legend."""

MARKS = "▼ worse, ▲ better, ■ within the margin, ● not settled."
"""Explains the marks in captions."""


def finding(verdict: Verdict) -> str:
    """Finding of a verdict; a change within the margin counts as equivalent.

    >>> finding("decline"), finding("detectable but small"), finding("non-inferior only")
    ('worse', 'equivalent', 'open')
    """
    if verdict in WITHIN_MARGIN:
        return "equivalent"
    return {"decline": "worse", "gain": "better"}.get(verdict, "open")


def finding_style(verdict: Verdict, theme: Theme) -> tuple[str, str]:
    """Colour and marker of a verdict."""
    name = finding(verdict)
    return colour_of(name, theme), MARKERS[name]


def tested_style(value: float, p: float | None, alpha: float, theme: Theme) -> tuple[str, str]:
    """Colour and marker of an estimate by its adjusted p; None: it was not tested."""
    name = "open"
    if p is not None and p <= alpha:
        name = "worse" if value < 0 else "better"
    return colour_of(name, theme), MARKERS[name]


def colour_of(name: str, theme: Theme) -> str:
    """Colour of a finding."""
    colours = {"worse": theme.decline, "better": theme.gain, "equivalent": theme.equivalent}
    return colours.get(name, theme.ink)


def finding_legend(
    figure: Figure, names: Iterable[str], theme: Theme, *, extra: Iterable[Line2D] = ()
) -> None:
    """Explains marks and colours below a figure.

    Args:
        figure: with room for a line of text at its lower edge.
        names: findings to explain.
        theme: colours.
        extra: other marks, which come first.
    """
    marks = [
        Line2D([], [], ls="", marker=MARKERS[name], color=colour_of(name, theme), label=WORDS[name])
        for name in MARKERS
        if name in set(names)
    ]
    figure.legend(
        handles=[*extra, *marks],
        loc="lower center",
        ncols=2 if theme.is_narrow else 6,
        frameon=False,
        labelcolor=theme.ink,
        fontsize=SMALLEST,
        markerscale=0.7,
        handletextpad=0.1,
        columnspacing=1.0,
        borderaxespad=0.1,
    )


def legend_height(entries: int, theme: Theme) -> float:
    """Inches of the legend of so many entries."""
    lines = -(-entries // 2) if theme.is_narrow else 1
    return 0.16 * lines + 0.1

"""Difference of a pair under every prompt of a population, sorted, with the means over prompts."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.names import display_name, display_order
from analysis.number_format import signed_points
from analysis.paired_study.prompt_factor_rows import (
    PromptFactor,
    PromptFactorResults,
    PromptFactorRow,
    SinglePromptRow,
)
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.text_width import SPACE, shortened
from analysis.report.figures.theme import SMALLEST, Theme, themed_axes
from analysis.settings import AnalysisConf
from clue.common.plural import counted

ROOM = 0.2
"""Share of the range of the differences that is left at both sides; longer intervals are cut."""


class Layout(NamedTuple):
    """Sizes of the grid of panels, in inches, and whether prompts have names."""

    columns: int
    row: float
    """Height of a prompt."""
    left: float
    """Space at the left of a panel."""
    above: float
    """Space above a panel, for its title."""
    below: float
    step: float
    """Distance of the two means from each other and from the prompts, in rows of prompts."""
    is_named: bool


NAMED = Layout(3, 0.13, 1.05, 0.34, 0.26, 1.2, True)
"""Of one pair: prompts have names, and panels are wide."""
COMPACT = Layout(6, 0.045, 0.16, 0.36, 0.24, 3.0, False)
"""Of several pairs: a row of panels for each."""
TOP, RIGHT = 0.55, 0.12
"""Inches of the legend, and at the right of a panel."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per pair and task; None if one prompt asks all items."""
    setting = selectors.population_setting(results)
    rows = _panels(setting.prompt_factor) if setting else []
    if setting is None or not rows:
        return None
    factor = setting.prompt_factor
    layout = _layout(rows, theme)
    grid = _grid(rows, layout)
    most = max(row.factor.n_prompts for row in rows) + 2.5 * layout.step
    panel = most * layout.row
    height = TOP + len(grid) * (layout.above + panel + layout.below)
    figure = Figure(figsize=(theme.width, height))
    width = theme.width / layout.columns
    for line, members in enumerate(grid):
        top = TOP + line * (layout.above + panel + layout.below) + layout.above
        for column, row in enumerate(members):
            left = (column * width + layout.left) / theme.width
            share = (width - layout.left - RIGHT) / theme.width
            rect = (left, 1 - (top + panel) / height, share, panel / height)
            ax = themed_axes(figure, theme, rect)
            _panel(ax, row, factor.of_score(row.key), layout, theme)
            ax.set_ylim(most - 0.5, -0.8)
            ax.set_title(_title(row, layout, first=column == 0), fontsize=8, loc="left")
    _legend(figure.axes[0], setting.prompt, layout, panel, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the means; prompt_differences.csv has all of its numbers."""
    setting = selectors.population_setting(results)
    rows = _panels(setting.prompt_factor) if setting else []
    parts = [
        f"{row.key.pair} on {display_name(row.key.task)} {signed_points(row.factor.delta)}, "
        f"{row.factor.gains} of {counted(row.factor.n_prompts, 'prompt')} above 0"
        for row in rows
    ]
    return f"Differences under each prompt, in points. Means: {'; '.join(parts)}"


def _panels(factor: PromptFactorResults) -> list[PromptFactorRow]:
    rows = [row for row in factor.rows if row.factor.refused is None]
    return sorted(rows, key=lambda row: (row.key.pair, display_order(row.key.task)))


def _layout(rows: Sequence[PromptFactorRow], theme: Theme) -> Layout:
    """Named panels of one pair fill the width; those of several pairs stand in one grid."""
    if len({row.key.pair for row in rows}) > 1:
        return COMPACT._replace(columns=3) if theme.is_narrow else COMPACT
    return NAMED._replace(columns=min(1 if theme.is_narrow else NAMED.columns, len(rows)))


def _grid(rows: Sequence[PromptFactorRow], layout: Layout) -> list[list[PromptFactorRow]]:
    """Panels by line; a line of the compact grid has one pair."""
    lines: list[list[PromptFactorRow]] = []
    for row in rows:
        same = lines and lines[-1][-1].key.pair == row.key.pair
        if same and len(lines[-1]) < layout.columns:
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def _title(row: PromptFactorRow, layout: Layout, *, first: bool) -> str:
    name = display_name(row.key.task)
    if layout.is_named:
        return name
    return f"{row.key.pair if first else ''}\n{name}"


def _panel(
    ax: Axes,
    row: PromptFactorRow,
    singles: Sequence[SinglePromptRow],
    layout: Layout,
    theme: Theme,
) -> None:
    """Prompts from the largest difference down, then the means."""
    ordered = list(reversed(singles))
    ax.axvline(0, color=theme.faint, lw=0.8, zorder=1)
    size, colour = (3.0, theme.faint) if layout.is_named else (1.6, theme.line)
    for y, one in enumerate(ordered):
        if one.single.ci95 is not None:
            ax.plot(list(one.single.ci95), [y, y], color=colour, lw=0.7, zorder=2)
        ax.plot([one.single.delta], [y], "o", color=theme.ink, ms=size, zorder=3)
    _means(ax, row.factor, len(ordered) - 1, layout, theme)
    low, high = _limits(row.factor, singles)
    ax.set_xlim(low, high)
    ax.locator_params(axis="x", nbins=4)
    ax.tick_params(axis="x", labelsize=7)
    inches = layout.left - SPACE / 2
    names = [shortened(_name(one), inches, SMALLEST) for one in ordered] if layout.is_named else []
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=SMALLEST, colors=theme.ink)
    ax.spines["left"].set_visible(False)


def _means(ax: Axes, factor: PromptFactor, last: int, layout: Layout, theme: Theme) -> None:
    """The mean for exactly these prompts, then for prompts like these with another prompt."""
    lines = ((factor.ci95_fixed, theme.paper), (factor.ci95_random, theme.tuned))
    for number, (limits, inside) in enumerate(lines):
        if limits is not None:
            at = [last + (number + 1) * layout.step] * 2
            if number == 1 and factor.prediction95 is not None:
                ax.plot(list(factor.prediction95), at, color=theme.tuned, lw=0.9, ls=":", zorder=2)
            ax.plot(list(limits), at, color=theme.tuned, lw=1.8, zorder=3)
            size = 4 if layout.is_named else 3
            ax.plot([factor.delta], at[:1], "D", color=theme.tuned, mfc=inside, ms=size, zorder=4)


def _limits(factor: PromptFactor, singles: Sequence[SinglePromptRow]) -> tuple[float, float]:
    """Range of all differences and means, and of 0."""
    intervals = (factor.ci95_fixed, factor.ci95_random)
    ends = [0.0, *(one.single.delta for one in singles)]
    ends += [end for interval in intervals if interval for end in interval]
    room = ROOM * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def _name(one: SinglePromptRow) -> str:
    return " ".join(filter(None, (str(one.key.number), one.single.wording)))


def _legend(ax: Axes, prompt: str, layout: Layout, panel: float, theme: Theme) -> None:
    """The legend, above the first panel: a stamp of the figure moves panels only."""
    width = theme.width / layout.columns - layout.left - RIGHT
    colour = theme.tuned
    marks = [
        Line2D([], [], color=theme.faint, marker="o", mfc=theme.ink, mec=theme.ink, ms=3, lw=0.7),
        Line2D([], [], color=colour, marker="D", mfc=theme.paper, ms=4, lw=2),
        Line2D([], [], color=colour, marker="D", ms=4, lw=2),
        Line2D([], [], color=colour, lw=0.9, ls=":"),
    ]
    labels = [
        *("one prompt", "mean, these prompts", "mean, prompts like these"),
        "another prompt (prediction)",
    ]
    legend = ax.legend(
        marks,
        labels,
        title=f"Prompt setting {prompt}: biomedical minus base, points",
        loc="lower left",
        bbox_to_anchor=(-layout.left / width, 1 + layout.above / panel),
        ncols=2 if theme.is_narrow else 4,
        frameon=False,
        labelcolor=theme.ink,
        fontsize=7.5,
        title_fontproperties={"size": 8},
        alignment="left",
    )
    legend.get_title().set_color(theme.ink)

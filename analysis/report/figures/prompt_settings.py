"""Differences of every pair on every task under each prompt setting, side by side."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf
from clue.common.plural import counted

LINE, GAP = 0.14, 0.14
"""Height of an interval, and distance between pairs, in inches."""
LEFT, RIGHT, TOP, BOTTOM = 0.22, 0.99, 0.75, 0.35
"""Edges of the plots as shares of the width, and space above and below them in inches."""
MARKERS = "soD^vPX"
"""Of the settings in their order; the main setting is filled."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a panel per task and a line per pair and setting; None with fewer than two settings."""
    settings = _settings(results)
    if len(settings) < 2:
        return None
    rows = _rows(settings)
    tasks = sorted({task for _, _, task in rows}, key=display_order)
    pairs = sorted({pair for _, pair, _ in rows})
    space = len(pairs) * (LINE * len(settings) + GAP)
    height = TOP + space + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    width = (RIGHT - LEFT) / len(tasks)
    prompts = [setting.prompt for setting in settings]
    for number, task in enumerate(tasks):
        rect = (LEFT + number * width, BOTTOM / height, 0.86 * width, space / height)
        ax = themed_axes(figure, theme, rect)
        of_task = {
            (prompt, pair): row for (prompt, pair, name), row in rows.items() if name == task
        }
        _panel(ax, of_task, prompts, pairs, theme)
        ax.set_title(display_name(task).replace(" ", "\n", 1), fontsize=8)
        _labels(ax, pairs if number == 0 else [], len(pairs), theme)
    _legend(figure, settings, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: its size; the tables have all of its numbers."""
    settings = _settings(results)
    rows = _rows(settings)
    names = ", ".join(setting.prompt for setting in settings)
    pairs, tasks = ({key[index] for key in rows} for index in (1, 2))
    return (
        f"Differences of {counted(len(pairs), 'pair')} on {counted(len(tasks), 'task')} under the "
        f"prompt settings {names}, all in the tables by task."
    )


def _settings(results: StudyResults) -> list[PromptResults]:
    """The main setting first."""
    main = selectors.reported_setting(results)
    return [main, *selectors.other_settings(results)] if main else []


def _rows(settings: Sequence[PromptResults]) -> dict[tuple[str, str, str], ResultRow]:
    """Prompt setting, pair and task to the row of the task score."""
    return {
        (setting.prompt, row.key.pair, row.key.task): row
        for setting in settings
        for row in selectors.primary_rows(setting, "task")
    }


def _panel(
    ax: Axes,
    rows: Mapping[tuple[str, str], ResultRow],
    prompts: Sequence[str],
    pairs: Sequence[str],
    theme: Theme,
) -> None:
    """Differences with intervals; a pair takes one unit, shared by its settings."""
    share = LINE / (LINE * len(prompts) + GAP)
    for index, prompt in enumerate(prompts):
        offset = (index - (len(prompts) - 1) / 2) * share
        for y, pair in enumerate(pairs):
            if row := rows.get((prompt, pair)):
                _interval(ax, y + offset, row, index, theme)
    ax.axvline(0, color=theme.faint, lw=0.8, zorder=1)
    ax.set_ylim(len(pairs) - 0.5, -0.5)
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=3)


def _interval(ax: Axes, y: float, row: ResultRow, index: int, theme: Theme) -> None:
    comparison, colour = row.comparison, _colour(index, theme)
    if comparison.interval:
        ax.plot(list(comparison.interval), [y, y], color=colour, lw=1.2, zorder=2)
    inside = colour if index == 0 else theme.paper
    marker = MARKERS[index % len(MARKERS)]
    ax.plot([comparison.delta], [y], marker, color=colour, mfc=inside, ms=4, zorder=3)


def _labels(ax: Axes, pairs: Sequence[str], number: int, theme: Theme) -> None:
    """Names of the biomedical models at the first panel."""
    names = [pair.partition(" - ")[0] for pair in pairs] or [""] * number
    ax.set_yticks(range(number), names)
    ax.tick_params(axis="y", length=0, labelsize=7.5, colors=theme.ink)
    ax.tick_params(axis="x", labelsize=7)
    ax.spines["left"].set_visible(False)


def _legend(figure: Figure, settings: Sequence[PromptResults], theme: Theme) -> None:
    marks = []
    for index, setting in enumerate(settings):
        colour = _colour(index, theme)
        kind = "confirmatory" if setting.confirmatory else "exploratory"
        marks.append(
            Line2D(
                [],
                [],
                color=colour,
                marker=MARKERS[index % len(MARKERS)],
                mfc=colour if index == 0 else theme.paper,
                ms=4,
                lw=1.2,
                label=f"{setting.prompt} ({kind})",
            )
        )
    figure.legend(
        handles=marks, loc="upper left", ncols=4, frameon=False, labelcolor=theme.ink, fontsize=7.5
    )


def _colour(index: int, theme: Theme) -> str:
    return theme.ink if index == 0 else theme.faint

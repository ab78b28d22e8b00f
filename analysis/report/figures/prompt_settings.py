"""Differences of every pair on every task under each prompt setting, side by side."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.settings import AnalysisConf
from clue.common.plural import counted

LINE, GAP = 0.14, 0.14
"""Height of an interval, and distance between pairs, in inches."""
MOST_COLUMNS = {False: 6, True: 2}
"""Panels beside each other, in the wide and in the narrow layout."""
LEGEND_COLUMNS = {False: 4, True: 1}
LONGEST = {False: 1.8, True: 1.2}
"""Most inches of the names."""
SIZE = 7.5
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
    names = [pair.partition(" - ")[0] for pair in pairs]
    grid = PanelGrid(
        number=len(tasks),
        columns=min(MOST_COLUMNS[theme.is_narrow], len(tasks)),
        width=theme.width,
        panel=len(pairs) * (LINE * len(settings) + GAP),
        left=column_inches(names, SIZE, LONGEST[theme.is_narrow]),
        gap=0.16,
        above=0.36,
        top=0.2 * -(-len(settings) // LEGEND_COLUMNS[theme.is_narrow]) + 0.05,
    )
    figure = grid.figure()
    prompts = [setting.prompt for setting in settings]
    for number, task in enumerate(tasks):
        ax = grid.axes(figure, number, theme)
        of_task = {
            (prompt, pair): row for (prompt, pair, name), row in rows.items() if name == task
        }
        _panel(ax, of_task, prompts, pairs, theme)
        ax.set_title(display_name(task).replace(" ", "\n", 1), fontsize=8)
        shown = [shortened(name, grid.left - SPACE, SIZE) for name in names]
        _labels(ax, shown if grid.is_first(number) else [""] * len(names), theme)
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


def _labels(ax: Axes, names: Sequence[str], theme: Theme) -> None:
    """Names of the biomedical models at the first panel of a row."""
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=SIZE, colors=theme.ink)
    ax.tick_params(axis="x", labelsize=SMALLEST)
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
        handles=marks,
        loc="upper left",
        ncols=LEGEND_COLUMNS[theme.is_narrow],
        frameon=False,
        labelcolor=theme.ink,
        fontsize=SIZE,
    )


def _colour(index: int, theme: Theme) -> str:
    return theme.ink if index == 0 else theme.faint

"""Heat map of pairs by tasks: difference, verdict and detectable difference of each cell."""

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.names import display_name, display_order
from analysis.number_format import points, signed_points
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.theme import LIGHT, WIDTH, Theme, themed_axes
from analysis.report.verdict_symbols import symbol
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf

ROW, LEFT, TOP = 0.36, 0.24, 0.45
"""Inches of a row, share of the width for names, inches above the cells."""
FULL = 10.0
"""Difference in points at which the colour saturates; the number shows larger differences."""
PALE = 0.75
"""Share of the pure colour at saturation; black text stays readable on it."""
UNTESTED = "#e4e4e4"


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a cell per pair and task; None if no pair was compared."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return None
    rows = selectors.primary_rows(setting, "task")
    by_pair_and_task = {(row.key.pair, row.key.task): row for row in rows}
    tasks = sorted({task for _, task in by_pair_and_task}, key=display_order)
    pairs = selectors.pairs_by_family(setting)
    height = TOP + ROW * len(pairs) + 0.15
    figure = Figure(figsize=(WIDTH, height))
    ax = themed_axes(figure, theme, (LEFT, 0.15 / height, 0.98 - LEFT, ROW * len(pairs) / height))
    ax.set_xlim(0, len(tasks))
    ax.set_ylim(len(pairs), 0)
    for y, (_, pair) in enumerate(pairs):
        for x, task in enumerate(tasks):
            row = by_pair_and_task.get((pair, task))
            if row is None:
                _text(ax, (x + 0.5, y + 0.5), "not run", theme.faint)
            else:
                _cell(ax, (x, y), row)
    _labels(ax, [pair.partition(" - ")[0] for _, pair in pairs], tasks, theme)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: the detected changes."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return ""
    rows = selectors.primary_rows(setting, "task")
    changes = [
        f"{row.key.tuned} on {display_name(row.key.task)} {signed_points(row.comparison.delta)} "
        f"({row.judgement.verdict})"
        for row in rows
        if row.judgement.verdict in CHANGES
    ]
    return (
        f"Differences of {len(rows)} pairs and tasks, all in the table below. Changes detected: "
        f"{'; '.join(changes) or 'none'}."
    )


def _cell(ax: Axes, corner: tuple[int, int], row: ResultRow) -> None:
    x, y = corner
    comparison = row.comparison
    # a difference without an error has no colour: it is no evidence of a direction
    untested = bool(comparison.refused) or row.detectable is None
    colour = UNTESTED if untested else _colour(comparison.delta)
    ax.add_patch(Rectangle((x + 0.02, y + 0.04), 0.96, 0.92, facecolor=colour, lw=0))
    mark = "" if untested else symbol(row)
    # the cell's own colour is pale in light and dark mode, so that its text is dark in both
    _text(ax, (x + 0.5, y + 0.4), f"{signed_points(comparison.delta)} {mark}".strip(), "#111111")
    detectable = "not tested" if untested else f"MDE {points(row.detectable)}"
    _text(ax, (x + 0.5, y + 0.78), f"n {comparison.n}, {detectable}", "#333333", fontsize=5.8)


def _text(
    ax: Axes, centre: tuple[float, float], text: str, colour: str, fontsize: float | None = None
) -> None:
    ax.annotate(text, centre, ha="center", va="center", color=colour, fontsize=fontsize)


def _labels(ax: Axes, pairs: list[str], tasks: list[str], theme: Theme) -> None:
    ax.set_xticks(
        [x + 0.5 for x in range(len(tasks))],
        [display_name(task).replace(" ", "\n", 1) for task in tasks],
    )
    ax.set_yticks([y + 0.5 for y in range(len(pairs))], pairs)
    ax.xaxis.tick_top()
    ax.tick_params(length=0, colors=theme.ink)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _colour(delta: float) -> str:
    """Colour from pale vermilion over almost white, which is zero, to pale blue."""
    colours = [_pale(LIGHT.decline), to_rgb("#f4f4f4"), _pale(LIGHT.gain)]
    scale = LinearSegmentedColormap.from_list("difference", colours)
    return to_hex(scale(0.5 + 0.5 * max(-1.0, min(1.0, delta / FULL))))


def _pale(colour: str) -> tuple[float, float, float]:
    red, green, blue = (1 - PALE * (1 - part) for part in to_rgb(colour))
    return red, green, blue

"""Table of pairs by tasks in colour: difference, verdict and detectable difference of each cell."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.names import display_name, display_order
from analysis.number_format import points, signed_points
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.findings import finding
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import SPACE, column_inches, shortened
from analysis.report.figures.theme import LIGHT, Theme
from analysis.report.verdict_symbols import legend, symbol
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf

ROW, TOP = 0.36, 0.42
"""Inches of a row, and above the cells."""
MOST_COLUMNS = {False: 8, True: 4}
"""Tasks beside each other, in the wide and in the narrow layout."""
LONGEST = {False: 2.0, True: 1.25}
"""Most inches of the names."""
SIZE, NOTE_SIZE = 8.0, 6.0
PALE = 0.6
"""Share of the pure colour; black text stays readable on it."""
OPEN, UNTESTED = "#f4f4f4", "#dcdcdc"

Cells = Mapping[tuple[str, str], ResultRow]
"""Pair and task to their comparison."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws a cell per pair and task; None if no pair was compared."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return None
    cells = {(row.key.pair, row.key.task): row for row in selectors.primary_rows(setting, "task")}
    tasks = sorted({task for _, task in cells}, key=display_order)
    pairs = [pair for _, pair in selectors.pairs_by_family(setting)]
    names = [pair.partition(" - ")[0] for pair in pairs]
    parts = _parts(tasks, MOST_COLUMNS[theme.is_narrow])
    grid = PanelGrid(
        number=len(parts),
        columns=1,
        width=theme.width,
        panel=ROW * len(pairs),
        left=column_inches(names, SIZE, LONGEST[theme.is_narrow]),
        above=TOP,
        below=0.1,
    )
    figure = grid.figure()
    for number, part in enumerate(parts):
        ax = grid.axes(figure, number, theme)
        ax.set_xlim(0, max(map(len, parts)))
        ax.set_ylim(len(pairs), 0)
        _cells(ax, cells, pairs, part, theme)
        _labels(ax, [shortened(name, grid.left - SPACE, SIZE) for name in names], part, theme)
    return figure


def caption(results: StudyResults) -> str:
    """Explains the colours and marks that the figure has."""
    setting = selectors.reported_setting(results)
    rows = selectors.primary_rows(setting, "task") if setting else []
    return (
        "Differences in points. Colours and marks follow the verdict after Holm's correction over "
        f"all cells, never the sign alone. {legend(rows)} Dark grey: not tested. MDE: the "
        "difference that the corrected test detects in 80 % of such comparisons."
    )


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


def _parts(tasks: Sequence[str], most: int) -> list[list[str]]:
    """Tasks in parts of nearly equal size, at most so many in each."""
    number = -(-len(tasks) // most)
    size = -(-len(tasks) // number)
    return [list(tasks[start : start + size]) for start in range(0, len(tasks), size)]


def _cells(
    ax: Axes, cells: Cells, pairs: Sequence[str], tasks: Sequence[str], theme: Theme
) -> None:
    for y, pair in enumerate(pairs):
        for x, task in enumerate(tasks):
            row = cells.get((pair, task))
            if row is None:
                _text(ax, (x + 0.5, y + 0.5), "not run", theme.faint)
            else:
                _cell(ax, (x, y), row, len(tasks) * (2 if theme.is_narrow else 1))


def _cell(ax: Axes, corner: tuple[int, int], row: ResultRow, columns: int) -> None:
    x, y = corner
    comparison = row.comparison
    untested = bool(comparison.refused) or row.detectable is None
    colour = UNTESTED if untested else _colour(finding(row.judgement.verdict))
    ax.add_patch(Rectangle((x + 0.02, y + 0.04), 0.96, 0.92, facecolor=colour, lw=0))
    mark = "" if untested else symbol(row)
    # the cell's own colour is pale in light and dark mode, so that its text is dark in both
    text = f"{signed_points(comparison.delta)} {mark}".strip()
    _text(ax, (x + 0.5, y + 0.36), text, "#111111", SIZE if columns <= 8 else 7.0)
    detectable = "not tested" if untested else f"MDE {points(row.detectable)}"
    note = detectable if columns > 6 else f"n {comparison.n}, {detectable}"
    _text(ax, (x + 0.5, y + 0.76), note, "#333333", NOTE_SIZE)


def _text(
    ax: Axes, centre: tuple[float, float], text: str, colour: str, fontsize: float = SIZE
) -> None:
    ax.annotate(text, centre, ha="center", va="center", color=colour, fontsize=fontsize)


def _labels(ax: Axes, names: Sequence[str], tasks: Sequence[str], theme: Theme) -> None:
    ax.set_xticks(
        [x + 0.5 for x in range(len(tasks))],
        [display_name(task).replace(" ", "\n", 1) for task in tasks],
    )
    ax.set_yticks([y + 0.5 for y in range(len(names))], names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0, colors=theme.ink, labelsize=SIZE)
    ax.tick_params(axis="x", labelsize=7.0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _colour(name: str) -> str:
    """Pale colour of a finding."""
    colours = {"worse": LIGHT.decline, "better": LIGHT.gain, "equivalent": LIGHT.equivalent}
    return _pale(colours[name]) if name in colours else OPEN


def _pale(colour: str) -> str:
    red, green, blue = (1 - PALE * (1 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))

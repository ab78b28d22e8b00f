"""Pairs by tasks: the difference, what is established of it, and what could have been detected."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.names import display_name, display_order
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.theme import LIGHT, WIDTH, Theme, axes
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf

ROW, LEFT, TOP = 0.36, 0.24, 0.45
"""Inches of a line, share of the width for names, inches above the cells."""
FULL = 10.0
"""Points of difference at which the colour is full; beyond it the number tells."""
PALE = 0.75
"""Lightest and darkest colour keep black text readable on them."""
UNTESTED = "#e4e4e4"

Table = Mapping[tuple[str, str], ResultRow]


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """A cell per pair and task; None if no pair was compared."""
    setting = selectors.declared(results)
    if setting is None:
        return None
    rows = selectors.primary(setting, "task")
    table = {(row.key.pair, row.key.task): row for row in rows}
    tasks = sorted({task for _, task in table}, key=display_order)
    pairs = selectors.pairs(setting)
    height = TOP + ROW * len(pairs) + 0.15
    figure = Figure(figsize=(WIDTH, height))
    made = axes(figure, theme, (LEFT, 0.15 / height, 0.98 - LEFT, ROW * len(pairs) / height))
    made.set_xlim(0, len(tasks))
    made.set_ylim(len(pairs), 0)
    for y, (_, pair) in enumerate(pairs):
        for x, task in enumerate(tasks):
            _cell(made, (x, y), table.get((pair, task)), theme)
    _labels(made, [pair.partition(" - ")[0] for _, pair in pairs], tasks, theme)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    setting = selectors.declared(results)
    if setting is None:
        return ""
    rows = selectors.primary(setting, "task")
    told = [
        f"{row.key.tuned} on {display_name(row.key.task)} {row.comparison.delta:+.1f} "
        f"({row.judgement.verdict})"
        for row in rows
        if row.judgement.verdict in CHANGES
    ]
    return (
        f"Differences of {len(rows)} pairs and tasks, all in the table below. Changes detected: "
        f"{'; '.join(told) or 'none'}."
    )


def _cell(made: Axes, place: tuple[int, int], row: ResultRow | None, theme: Theme) -> None:
    x, y = place
    if row is None:
        made.annotate("not run", (x + 0.5, y + 0.5), ha="center", va="center", color=theme.faint)
        return
    found = row.comparison
    # what was not tested has no colour: a difference without an error says nothing
    untested = bool(found.refused) or found.mde80 is None
    colour = UNTESTED if untested else _colour(found.delta)
    made.add_patch(Rectangle((x + 0.02, y + 0.04), 0.96, 0.92, facecolor=colour, lw=0))
    mark = "" if untested else selectors.MARKS[row.judgement.verdict]
    said = f"{found.delta:+.1f} {mark}".strip()
    # on a cell's own colour, which is pale in every scheme
    made.annotate(said, (x + 0.5, y + 0.4), ha="center", va="center", color="#111111")
    detectable = "not tested" if untested else f"MDE {found.mde80:.1f}"
    small = f"n {found.n}, {detectable}"
    made.annotate(
        small, (x + 0.5, y + 0.78), ha="center", va="center", color="#333333", fontsize=5.8
    )


def _labels(made: Axes, pairs: list[str], tasks: list[str], theme: Theme) -> None:
    made.set_xticks(
        [x + 0.5 for x in range(len(tasks))],
        [display_name(task).replace(" ", "\n", 1) for task in tasks],
    )
    made.set_yticks([y + 0.5 for y in range(len(pairs))], pairs)
    made.xaxis.tick_top()
    made.tick_params(length=0, colors=theme.ink)
    for spine in made.spines.values():
        spine.set_visible(False)


def _colour(delta: float) -> str:
    """From pale vermilion over almost white to pale blue; white is zero."""
    ends = [_mixed(LIGHT.decline), to_rgb("#f4f4f4"), _mixed(LIGHT.gain)]
    scale = LinearSegmentedColormap.from_list("difference", ends)
    return to_hex(scale(0.5 + 0.5 * max(-1.0, min(1.0, delta / FULL))))


def _mixed(colour: str) -> tuple[float, float, float]:
    red, green, blue = (1 - PALE * (1 - part) for part in to_rgb(colour))
    return red, green, blue

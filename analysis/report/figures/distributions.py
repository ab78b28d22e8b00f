"""Per task the differences of single items: how many are zero, and how the others lie."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name, display_order
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair, weighted_mean
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf
from analysis.stats.paired import Array

HEIGHT, COLUMNS = 1.55, 3
BINS = np.linspace(-100, 100, 41)
"""Points; zero lies in the middle of no bin, since ties are drawn apart."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """A panel per task: mean over the pairs, and from the least to the most of them."""
    tasks = _by_task(results)
    if not tasks:
        return None
    lines = -(-len(tasks) // COLUMNS)
    figure = Figure(figsize=(WIDTH, HEIGHT * lines + 0.4))
    for place, (task, aligned) in enumerate(tasks.items()):
        made = axes(figure, theme, _panel(place, lines))
        _panel_of(made, aligned, theme)
        made.set_title(display_name(task), loc="left", color=theme.ink)
        if place % COLUMNS == 0:
            made.set_ylabel("% of items", fontsize=7)
    figure.text(0.5, 0.01, "biomedical minus base, points", ha="center", color=theme.ink)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    told = []
    for task, aligned in _by_task(results).items():
        ties = [float(np.mean(_differences(each) == 0)) for each in aligned]
        told.append(f"{display_name(task)}: {100 * min(ties):.0f} to {100 * max(ties):.0f} % equal")
    return "Differences of single items by task, equal scores as a bar apart. " + "; ".join(told)


def _by_task(results: StudyResults) -> dict[str, list[AlignedPair]]:
    setting = selectors.declared(results)
    found: dict[str, list[AlignedPair]] = {}
    for each in results.aligned:
        if setting and each.match.pair.prompt == setting.prompt and _scored(each):
            found.setdefault(each.match.task, []).append(each)
    return dict(sorted(found.items(), key=lambda item: display_order(item[0])))


def _scored(each: AlignedPair) -> bool:
    return bool(each.alignment.ids) and set(each.score) <= set(each.metrics)


def _differences(each: AlignedPair) -> Array:
    """Of the task score, by item, in points; an item that is undefined in a part counts there 0."""
    parts = [each.metrics[name] for name in each.score]
    return weighted_mean(parts, [1 / len(parts)] * len(parts)).differences


def _panel(place: int, lines: int) -> tuple[float, float, float, float]:
    column, line = place % COLUMNS, place // COLUMNS
    bottom = 0.4 / (HEIGHT * lines + 0.4)
    step = (1 - bottom) / lines
    return (0.07 + column * 0.32, 1 - (line + 1) * step + 0.16 * step, 0.28, 0.62 * step)


def _panel_of(made: Axes, aligned: list[AlignedPair], theme: Theme) -> None:
    found = [_differences(each) for each in aligned]
    shares = np.array([100 * np.histogram(d[d != 0], BINS)[0] / len(d) for d in found])
    ties = 100 * float(np.mean([np.mean(d == 0) for d in found]))
    low, high = shares.min(axis=0), shares.max(axis=0)
    made.stairs(high, BINS, baseline=low, fill=True, color=theme.tuned, alpha=0.35, lw=0)
    made.stairs(shares.mean(axis=0), BINS, baseline=None, color=theme.tuned, lw=1)
    made.bar([0], [ties], width=4, color=theme.faint)
    where: dict[str, Any] = {
        "xycoords": "axes fraction",
        "ha": "right",
        "color": theme.faint,
        "fontsize": 7,
    }
    made.annotate(f"equal {ties:.0f} %", (0.98, 0.88), **where)
    made.tick_params(labelsize=7)
    made.set_xlim(-104, 104)

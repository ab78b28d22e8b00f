"""Power: how large a difference each comparison could have detected."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.names import display_name, display_order
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Smallest differences detected with 80 % power, by task; None if nothing is tested."""
    by_task = _by_task(results)
    if not by_task:
        return None
    height = 0.32 * len(by_task) + 0.75
    figure = Figure(figsize=(WIDTH, height))
    made = axes(figure, theme, (0.24, 0.55 / height, 0.74, 1 - 0.65 / height))
    for place, rows in enumerate(by_task.values()):
        _line(made, place, rows, theme)
        margin = rows[0].comparison.margin
        if margin is not None:
            made.plot([margin, margin], [place - 0.32, place + 0.32], color=theme.faint, lw=2)
    made.set_yticks(range(len(by_task)), [_label(task, rows) for task, rows in by_task.items()])
    made.set_ylim(len(by_task) - 0.5, -0.5)
    made.set_xlim(left=0)
    made.grid(axis="x", color=theme.line, lw=0.6)
    made.set_xlabel("smallest difference detected with 80 % power, points (bar: declared margin)")
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    told = []
    for task, rows in _by_task(results).items():
        found = [row.comparison.mde80 or 0.0 for row in rows]
        told.append(f"{display_name(task)} {min(found):.1f} to {max(found):.1f} points")
    return "Difference detectable with 80 % power, over the pairs. " + "; ".join(told)


def _by_task(results: StudyResults) -> dict[str, list[ResultRow]]:
    setting = selectors.declared(results)
    found: dict[str, list[ResultRow]] = {}
    for row in selectors.primary(setting, "task", "level") if setting else ():
        if row.comparison.mde80 is not None:
            found.setdefault(row.key.task, []).append(row)
    return dict(sorted(found.items(), key=lambda item: display_order(item[0])))


def _label(task: str, rows: list[ResultRow]) -> str:
    clusters = sorted({row.comparison.n_clusters for row in rows})
    many = f"{clusters[0]}" if len(clusters) == 1 else f"{clusters[0]}-{clusters[-1]}"
    return f"{display_name(task)} ({many})"


def _line(made: Axes, place: int, rows: list[ResultRow], theme: Theme) -> None:
    found = np.sort([row.comparison.mde80 or 0.0 for row in rows])
    made.plot(found, np.full(len(found), place), "|", color=theme.tuned, ms=10)
    made.plot([float(np.median(found))], [place], "D", color=theme.tuned, ms=4)

"""Differences in LongHealth by patient: its 20 patients are its clusters."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import task_score
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, themed_axes
from analysis.settings import AnalysisConf
from analysis.stats.paired import Sums

DATASET = "longhealth"
HEIGHT, COLUMNS = 1.25, 4


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the sorted mean differences of patients, a panel per pair; None without LongHealth."""
    sums_by_pair = _sums_by_pair(results)
    if not sums_by_pair:
        return None
    n_rows = -(-len(sums_by_pair) // COLUMNS)
    figure = Figure(figsize=(WIDTH, HEIGHT * n_rows + 0.3))
    widest = max(float(np.abs(s.sums / s.sizes).max()) for s in sums_by_pair.values()) or 1.0
    for number, (pair, sums) in enumerate(sums_by_pair.items()):
        row, column = divmod(number, COLUMNS)
        rect = (0.06 + column * 0.237, 1 - (row + 0.88) / n_rows, 0.21, 0.6 / n_rows)
        ax = themed_axes(figure, theme, rect)
        _caterpillar(ax, sums, widest, theme)
        ax.set_title(pair.partition(" - ")[0], loc="left", fontsize=7.5, color=theme.ink)
        if column == 0:
            ax.set_ylabel("points", fontsize=7)
    return figure


def alt(results: StudyResults) -> str:
    """Describes the figure: for each pair, the number of patients with lower and higher means."""
    parts = [
        f"{pair}: {int((sums.sums < 0).sum())} of {sums.n_clusters} patients lower, "
        f"{int((sums.sums > 0).sum())} higher"
        for pair, sums in _sums_by_pair(results).items()
    ]
    return "Mean difference in LongHealth of every patient, in points. " + "; ".join(parts)


def _sums_by_pair(results: StudyResults) -> dict[str, Sums]:
    """Sums by patient over the LongHealth tasks that a pair has."""
    tasks: dict[str, list[Sums]] = {}
    for pair in selectors.reported_pairs(results):
        scores = task_score(pair)
        if pair.match.base.facts["dataset"] == DATASET and scores is not None:
            tasks.setdefault(pair.match.pair.name, []).append(scores.sums)
    return {
        pair: Sums(sum(task.sums for task in of_pair), sum(task.sizes for task in of_pair))  # type: ignore[arg-type]
        for pair, of_pair in sorted(tasks.items())
        if len({task.n_clusters for task in of_pair}) == 1
    }


def _caterpillar(ax: Axes, sums: Sums, widest: float, theme: Theme) -> None:
    means = np.sort(sums.sums / sums.sizes)
    ranks = np.arange(len(means))
    by_sign = {-1: theme.decline, 0: theme.faint, 1: theme.gain}
    colours = [by_sign[int(sign)] for sign in np.sign(means)]
    ax.vlines(ranks, 0, means, color=colours, lw=1.6)
    ax.scatter(ranks, means, c=colours, s=7, marker="s")
    ax.axhline(0, color=theme.faint, lw=0.8)
    ax.axhline(sums.delta, color=theme.ink, lw=0.8, ls="--")
    ax.set_ylim(-1.1 * widest, 1.1 * widest)
    ax.set_xticks([])
    ax.tick_params(labelsize=6.5)

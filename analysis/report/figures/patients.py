"""Differences in LongHealth by patient: its 20 patients are its clusters."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.series import task_score
from analysis.report import selectors
from analysis.report.figures.findings import finding_style
from analysis.report.figures.panels import PanelGrid
from analysis.report.figures.text_width import shortened, text_inches
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.report.verdict_symbols import symbol
from analysis.settings import AnalysisConf
from analysis.stats.paired import Sums

DATASET = "longhealth"
COLUMNS = {False: 4, True: 2}
"""Panels beside each other, in the wide and in the narrow layout."""
SIZE = 7.5


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Draws the sorted mean differences of patients, a panel per pair; None without LongHealth."""
    sums_by_pair = _sums_by_pair(results)
    if not sums_by_pair:
        return None
    verdicts = _verdicts(results)
    grid = PanelGrid(
        number=len(sums_by_pair),
        columns=COLUMNS[theme.is_narrow],
        width=theme.width,
        panel=0.75,
        left=0.5,
        gap=0.4,
        below=0.12,
    )
    figure = grid.figure()
    widest = max(float(np.abs(s.sums / s.sizes).max()) for s in sums_by_pair.values()) or 1.0
    for number, (pair, sums) in enumerate(sums_by_pair.items()):
        ax = grid.axes(figure, number, theme)
        row = verdicts.get(pair)
        _caterpillar(ax, sums, widest, row, theme)
        mark = symbol(row) if row and row.comparison.refused is None else ""
        room = grid.panel_width + 0.2 - text_inches(f" {mark}", SIZE)
        title = f"{shortened(pair.partition(' - ')[0], room, SIZE)} {mark}".rstrip()
        ax.set_title(title, loc="left", fontsize=SIZE, color=theme.ink)
        if grid.is_first(number):
            ax.set_ylabel("points", fontsize=SMALLEST)
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


def has_patients(results: StudyResults) -> bool:
    """True if the study declares a task of LongHealth."""
    return any(task.startswith(DATASET) for task in results.study.declaration.tasks)


def _verdicts(results: StudyResults) -> dict[str, ResultRow]:
    """Comparison of each pair on the data set."""
    setting = selectors.reported_setting(results)
    rows = selectors.primary_rows(setting, "task") if setting else []
    return {row.key.pair: row for row in rows if row.key.task == DATASET}


def _caterpillar(ax: Axes, sums: Sums, widest: float, row: ResultRow | None, theme: Theme) -> None:
    """Means of patients have no colour, since none is tested alone; the mean of all has one."""
    means = np.sort(sums.sums / sums.sizes)
    ranks = np.arange(len(means))
    ax.vlines(ranks, 0, means, color=theme.faint, lw=1.4)
    ax.scatter(ranks, means, c=theme.faint, s=7, marker="s")
    ax.axhline(0, color=theme.faint, lw=0.8)
    colour = finding_style(row.judgement.verdict, theme)[0] if row else theme.ink
    ax.axhline(sums.delta, color=colour, lw=1.2, ls="--")
    ax.set_ylim(-1.1 * widest, 1.1 * widest)
    ax.set_xticks([])
    ax.tick_params(labelsize=SMALLEST)

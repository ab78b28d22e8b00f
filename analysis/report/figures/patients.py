"""LongHealth by patient: 20 clusters carry everything that it can say."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import weighted_mean
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf
from analysis.stats.paired import Sums

DATASET = "longhealth"
HEIGHT, COLUMNS = 1.25, 4


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Patients' mean differences, sorted, a panel per pair; None if no pair has LongHealth."""
    sums = _by_pair(results)
    if not sums:
        return None
    lines = -(-len(sums) // COLUMNS)
    figure = Figure(figsize=(WIDTH, HEIGHT * lines + 0.3))
    widest = max(float(np.abs(each.sums / each.sizes).max()) for each in sums.values()) or 1.0
    for place, (pair, each) in enumerate(sums.items()):
        column, line = place % COLUMNS, place // COLUMNS
        rect = (0.06 + column * 0.237, 1 - (line + 0.88) / lines, 0.21, 0.6 / lines)
        made = axes(figure, theme, rect)
        _caterpillar(made, each, widest, theme)
        made.set_title(pair.partition(" - ")[0], loc="left", fontsize=7.5, color=theme.ink)
        if column == 0:
            made.set_ylabel("points", fontsize=7)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    told = [
        f"{pair}: {int((each.sums < 0).sum())} of {each.n_clusters} patients lower, "
        f"{int((each.sums > 0).sum())} higher"
        for pair, each in _by_pair(results).items()
    ]
    return "Mean difference in LongHealth of every patient, in points. " + "; ".join(told)


def _by_pair(results: StudyResults) -> dict[str, Sums]:
    """Sums by patient over LongHealth's tasks that the pair has."""
    setting = selectors.declared(results)
    parts: dict[str, list[Sums]] = {}
    for each in results.aligned:
        facts = each.match.base.facts
        if setting is None or each.match.pair.prompt != setting.prompt:
            continue
        if facts["dataset"] == DATASET and set(each.score) <= set(each.metrics):
            series = [each.metrics[name] for name in each.score]
            made = weighted_mean(series, [1 / len(series)] * len(series)).sums
            parts.setdefault(each.match.pair.name, []).append(made)
    return {
        pair: Sums(sum(one.sums for one in all_of), sum(one.sizes for one in all_of))  # type: ignore[arg-type]
        for pair, all_of in sorted(parts.items())
        if len({one.n_clusters for one in all_of}) == 1
    }


def _caterpillar(made: Axes, sums: Sums, widest: float, theme: Theme) -> None:
    means = np.sort(sums.sums / sums.sizes)
    places = np.arange(len(means))
    colours = [theme.decline if value < 0 else theme.gain for value in means]
    made.vlines(places, 0, means, color=colours, lw=1.6)
    made.scatter(places, means, c=colours, s=7, marker="s")
    made.axhline(0, color=theme.faint, lw=0.8)
    made.axhline(sums.delta, color=theme.ink, lw=0.8, ls="--")
    made.set_ylim(-1.1 * widest, 1.1 * widest)
    made.set_xticks([])
    made.tick_params(labelsize=6.5)

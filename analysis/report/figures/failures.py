"""How answers fail: each kind of failure, base beside biomedical, for every pair and task."""

from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cells import StoredCell
from analysis.paired_study.results import StudyResults
from analysis.paired_study.series import AlignedPair
from analysis.report import selectors
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf

KINDS = {
    "unparsed": "unreadable",
    "looped": "loop",
    "icd_counting": "counting codes",
    "hallucinated": "made up",
    "truncated": "cut off",
    "empty": "blank",
}
"""Flag of a record to what it is called here."""
ROW = 0.19
SCALES = (5.0, 10.0, 20.0, 50.0, 100.0)
"""Where the axes may end, in percent; all panels end alike."""


def draw(results: StudyResults, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Shares of answers, means over the tasks that have the flag; None without a pair."""
    shares = _shares(results)
    if not shares:
        return None
    pairs = list(dict.fromkeys(pair for pair, _ in shares))
    kinds = [flag for flag in KINDS if any(known == flag for _, known in shares)]
    most = next(scale for scale in SCALES if scale >= max(max(both) for both in shares.values()))
    height = ROW * len(pairs) * 1.6 + 0.95
    figure = Figure(figsize=(WIDTH, height))
    width = 0.80 / len(kinds)
    for column, flag in enumerate(kinds):
        rect = (0.19 + column * width, 0.6 / height, width * 0.84, 1 - 0.9 / height)
        made = axes(figure, theme, rect)
        for place, pair in enumerate(pairs):
            if (pair, flag) in shares:
                _bars(made, place, shares[pair, flag], theme)
        _finish(made, flag, pairs if column == 0 else [""] * len(pairs), (most, theme))
    figure.text(0.19, 0.1 / height, "% of answers:", color=theme.ink)
    figure.text(0.32, 0.1 / height, "○ base", color=theme.base)
    figure.text(0.42, 0.1 / height, "◆ biomedical", color=theme.tuned)
    return figure


def alt(results: StudyResults) -> str:
    """What the figure shows, in words."""
    told = [
        f"{pair} {KINDS[flag]}: {base:.0f} and {tuned:.0f} %"
        for (pair, flag), (base, tuned) in _shares(results).items()
        if base or tuned
    ]
    return "Failing answers, base and biomedical model. " + "; ".join(told)


def share(cells: list[StoredCell], flag: str) -> float | None:
    """Percent of answers with a flag, mean over the cells that have it; None if none has."""
    found = [float(np.mean(c.columns.flags[flag])) for c in cells if flag in c.columns.flags]
    return 100 * float(np.mean(found)) if found else None


def _shares(results: StudyResults) -> dict[tuple[str, str], tuple[float, float]]:
    """Pair and flag to the percentages of base and biomedical model."""
    aligned = sorted(_aligned(results), key=lambda each: each.match.pair.name)
    found = {}
    for pair, of in groupby(aligned, key=lambda each: each.match.pair.name):
        matches = [each.match for each in of]
        for flag in KINDS:
            base = share([match.base for match in matches], flag)
            tuned = share([match.tuned for match in matches], flag)
            if base is not None and tuned is not None:
                found[pair, flag] = (base, tuned)
    return found


def _aligned(results: StudyResults) -> list[AlignedPair]:
    setting = selectors.declared(results)
    return [e for e in results.aligned if setting and e.match.pair.prompt == setting.prompt]


def _bars(made: Axes, place: int, both: tuple[float, float], theme: Theme) -> None:
    base, tuned = both
    made.plot([base, tuned], [place, place], color=theme.line, lw=2, zorder=1)
    made.plot([base], [place], "o", color=theme.base, mfc=theme.paper, ms=5)
    made.plot([tuned], [place], "D", color=theme.tuned, ms=3)


def _finish(made: Axes, flag: str, names: list[str], how: tuple[float, Theme]) -> None:
    most, theme = how
    made.set_title(KINDS[flag], fontsize=8)
    made.set_yticks(range(len(names)), [name.partition(" - ")[0] for name in names])
    made.set_ylim(len(names) - 0.5, -0.5)
    made.set_xlim(-0.04 * most, 1.04 * most)
    made.set_xticks([0, most / 2, most])
    made.tick_params(labelsize=7)
    made.grid(axis="x", color=theme.line, lw=0.5)

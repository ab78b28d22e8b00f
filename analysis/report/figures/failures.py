"""How answers fail: each kind of failure, base beside biomedical, for every pair and task."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cells import Cell
from analysis.report import choose
from analysis.report.figures.theme import WIDTH, Theme, axes
from analysis.settings import AnalysisConf
from analysis.study.results import Results
from analysis.study.series import Aligned

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


def draw(results: Results, conf: AnalysisConf, theme: Theme) -> Figure | None:
    """Shares of answers, means over the tasks that have the flag; None without a pair."""
    aligned = _aligned(results)
    pairs = sorted({each.match.pair.name for each in aligned})
    if not pairs:
        return None
    height = ROW * len(pairs) * 1.6 + 0.75
    figure = Figure(figsize=(WIDTH, height))
    kinds = {flag: title for flag, title in KINDS.items() if _known(aligned, flag)}
    width = 0.80 / len(kinds)
    for column, (flag, title) in enumerate(kinds.items()):
        rect = (0.19 + column * width, 0.42 / height, width * 0.84, 1 - 0.72 / height)
        made = axes(figure, theme, rect)
        for place, pair in enumerate(pairs):
            of = [each for each in aligned if each.match.pair.name == pair]
            _bars(made, place, of, (flag, theme))
        _finish(made, title, pairs if column == 0 else [""] * len(pairs), theme)
    figure.text(0.19, 0.03, "% of answers:", color=theme.ink)
    figure.text(0.32, 0.03, "○ base", color=theme.base)
    figure.text(0.42, 0.03, "◆ biomedical", color=theme.tuned)
    return figure


def alt(results: Results) -> str:
    """What the figure shows, in words."""
    aligned = _aligned(results)
    told = []
    for pair in sorted({each.match.pair.name for each in aligned}):
        of = [each for each in aligned if each.match.pair.name == pair]
        for flag, title in KINDS.items():
            base, tuned = (share([_cell(each, side) for each in of], flag) for side in (0, 1))
            if base is not None and tuned is not None and (base or tuned):
                told.append(f"{pair} {title}: {base:.0f} and {tuned:.0f} %")
    return "Failing answers, base and biomedical model. " + "; ".join(told)


def share(cells: list[Cell], flag: str) -> float | None:
    """Percent of answers with a flag, mean over the cells that have it; None if none has."""
    found = [float(np.mean(c.columns.flags[flag])) for c in cells if flag in c.columns.flags]
    return 100 * float(np.mean(found)) if found else None


def _aligned(results: Results) -> list[Aligned]:
    setting = choose.declared(results)
    return [e for e in results.aligned if setting and e.match.pair.prompt == setting.prompt]


def _cell(each: Aligned, side: int) -> Cell:
    return (each.match.base, each.match.tuned)[side]


def _known(aligned: list[Aligned], flag: str) -> bool:
    return any(flag in each.match.base.columns.flags for each in aligned)


def _bars(made: Axes, place: int, of: list[Aligned], how: tuple[str, Theme]) -> None:
    flag, theme = how
    base, tuned = (share([_cell(each, side) for each in of], flag) for side in (0, 1))
    if base is None or tuned is None:
        return
    made.plot([base, tuned], [place, place], color=theme.line, lw=2, zorder=1)
    made.plot([base], [place], "o", color=theme.base, mfc=theme.paper, ms=4.5)
    made.plot([tuned], [place], "D", color=theme.tuned, ms=3.5)


def _finish(made: Axes, title: str, names: list[str], theme: Theme) -> None:
    made.set_title(title, fontsize=8)
    made.set_yticks(range(len(names)), [name.partition(" - ")[0] for name in names])
    made.set_ylim(len(names) - 0.5, -0.5)
    made.set_xlim(-4, 104)
    made.set_xticks([0, 50, 100])
    made.tick_params(labelsize=7)
    made.grid(axis="x", color=theme.line, lw=0.5)

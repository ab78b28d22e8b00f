"""The figures of a report: one list, each drawn twice, for pages and for files."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.figure import Figure as Drawing

from analysis.paired_study.results import StudyResults
from analysis.report.figures import (
    distributions,
    failures,
    forest,
    heatmap,
    levels,
    literature,
    patients,
    power,
    theme,
)
from analysis.settings import AnalysisConf


@dataclass(frozen=True)
class Figure:
    """What is drawn, and the words around it."""

    title: str
    caption: str
    """How to read it."""
    draw: Callable[[StudyResults, AnalysisConf, theme.Theme], Drawing | None]
    """None where the results lack what it shows."""
    alt: Callable[[StudyResults], str]
    """What it shows, in words, for those who do not see it."""
    lacks: str
    """What is missing where nothing is drawn."""


@dataclass(frozen=True)
class Drawn:
    """A figure as files hold it."""

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    png: bytes


NO_PAIR = "No pair was compared."
FIGURES = {
    "forest": Figure(
        "Pairs by family of base models",
        "Squares: differences; thick lines: 95 % intervals; thin lines: 95 % intervals that hold "
        "for all pairs at once; band: the declared margin. Filled diamond: pairs of this kind; "
        "dashed: where another pair is expected; hollow diamond: mean of exactly these. m* is the "
        "smallest margin at which equivalence would be declared. ▼ decline, ▲ gain, ≈ within the "
        "margin, ≥ a larger decline is excluded.",
        forest.draw,
        forest.alt,
        NO_PAIR,
    ),
    "heatmap": Figure(
        "Pairs by tasks",
        "Differences in points. ▼ decline and ▲ gain after Holm's correction over all cells, "
        "≈ within the margin, ≥ a larger decline is excluded, no mark: open, grey: not "
        "tested. MDE: the difference that 80 % of such comparisons would detect.",
        heatmap.draw,
        heatmap.alt,
        NO_PAIR,
    ),
    "levels": Figure(
        "Level 1 against Level 2",
        "Arrows lead from the base (○) to the biomedical model (◆); dotted: joint 95 % region of "
        "the two differences.",
        levels.draw,
        levels.alt,
        "No model has all tasks of both levels.",
    ),
    "distributions": Figure(
        "Differences of single items",
        "Task score of each item, biomedical minus base. Line: mean over the pairs; area: from the "
        "least to the most of them; bar at zero: items on which both models score the same.",
        distributions.draw,
        distributions.alt,
        NO_PAIR,
    ),
    "patients": Figure(
        "LongHealth by patient",
        "Mean difference of each patient, sorted; dashed: mean of all. Patients are the unit of "
        "independence: their number, not that of questions, bounds what can be known.",
        patients.draw,
        patients.alt,
        "No pair has LongHealth.",
    ),
    "power": Figure(
        "What could have been detected",
        "Each tick is a pair, the diamond their median; the number of clusters stands behind the "
        "name. Where ticks lie right of the bar, a difference as large as the margin can go "
        "unseen.",
        power.draw,
        power.alt,
        "Nothing could be tested.",
    ),
    "failures": Figure(
        "How answers fail",
        "Share of answers with each kind of failure, mean over the tasks that have it; ○ base, "
        "◆ biomedical model.",
        failures.draw,
        failures.alt,
        NO_PAIR,
    ),
    "literature": Figure(
        "What was published",
        "Averages of the authors (GEM 2025, table 3), of which no uncertainty is known, beside "
        "what the models' authors report of exam questions.",
        literature.draw,
        literature.alt,
        "",
    ),
}
"""Name of the file to the figure, in the order of the report."""


def draw(name: str, results: StudyResults, conf: AnalysisConf) -> Drawn | None:
    """One figure; None where the results lack what it shows."""
    figure = FIGURES[name]
    with rc_context(theme.STYLE):  # type: ignore[arg-type]
        for_page = figure.draw(results, conf, theme.STAND_IN)
        for_file = figure.draw(results, conf, theme.LIGHT)
    if for_page is None or for_file is None:
        return None
    return Drawn(
        name=name,
        title=figure.title,
        caption=figure.caption,
        alt=figure.alt(results),
        svg=theme.svg(for_page, name),
        png=theme.png(for_file),
    )

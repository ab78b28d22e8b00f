"""The figures of a report; each is drawn twice, for the width of a page and of a phone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from analysis.paired_study.results import StudyResults
from analysis.report.figures import (
    distributions,
    exam_contrast,
    failures,
    forest,
    forest_texts,
    format_content,
    heatmap,
    levels,
    literature,
    margins,
    patients,
    power,
    prompt_settings,
    prompts,
    shown_pairs,
    theme,
)
from analysis.report.figures.findings import MARKS
from analysis.report.figures.stamp import add_stamp
from analysis.settings import AnalysisConf
from clue.marks import Marks, described


@dataclass(frozen=True)
class FigureSpec:
    """A figure of the report: its drawing function and its texts."""

    title: str
    caption: str | Callable[[StudyResults], str]
    """Explains the elements of the figure, or returns an explanation of those that it has."""
    draw: Callable[[StudyResults, AnalysisConf, theme.Theme], Figure | None]
    """Returns None if the results lack the data of the figure."""
    alt: Callable[[StudyResults], str]
    """Describes the content for readers who do not see the figure."""
    absence: str
    """Reason that replaces the figure if nothing is drawn."""
    applies: Callable[[StudyResults], bool] = lambda results: True
    """False if the study declares nothing that the figure could show: it is not missed then."""
    by_pair: bool = False
    """True if it has a row or a panel for each pair: it shows `shown_pairs` only."""
    own_results: bool = True
    """False if the figure shows published results only."""


@dataclass(frozen=True)
class RenderedFigure:
    """A figure in its file formats, with its texts."""

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    png: bytes
    svg_narrow: str
    """For a phone: readable at a width of 400 CSS pixels."""
    png_narrow: bytes


MAX_NAMES = 12
"""Models of a mark that a figure names; the marks are the only names of some figures."""
NO_PAIR = "No pair was compared."
FIGURES = {
    "forest": FigureSpec(
        "Differences and their intervals",
        forest_texts.caption,
        forest.draw,
        forest_texts.alt,
        NO_PAIR,
        by_pair=True,
    ),
    "heatmap": FigureSpec(
        "Pairs by tasks",
        heatmap.caption,
        heatmap.draw,
        heatmap.alt,
        NO_PAIR,
        by_pair=True,
    ),
    "prompt_settings": FigureSpec(
        "Differences under each prompt setting",
        "Differences in points with 95 % intervals, biomedical minus base. Filled: the setting of "
        "the other sections. Each setting is shown on all items that it scored; the table compares "
        "the settings on the items that they have in common.",
        prompt_settings.draw,
        prompt_settings.alt,
        "The store has one prompt setting.",
        by_pair=True,
    ),
    "prompts": FigureSpec(
        "Differences by prompt",
        "A circle per prompt, from the largest difference down, with its 95 % interval, which may "
        "leave the panel. Numbers are those of the population and of prompt_differences.csv. "
        "Hollow diamond: mean for exactly these prompts. Filled diamond: mean for prompts like "
        "these. Dotted: where the true difference under one more prompt is expected. Prompts that "
        "differ by chance alone are sorted too, so the order is no finding.",
        prompts.draw,
        prompts.alt,
        "One prompt asks all items.",
        by_pair=True,
    ),
    "exam_contrast": FigureSpec(
        "Exam questions against clinical tasks",
        "A point per pair with its joint 95 % region (dotted). Dashed: the same difference on both "
        "sides. Below it, a pair does better on exam questions than on clinical tasks. Line: "
        "errors-in-variables, over the range of the pairs.",
        exam_contrast.draw,
        exam_contrast.alt,
        "No pair has both sides.",
    ),
    "levels": FigureSpec(
        "Levels of all models",
        "Biomedical models stand below their base, whose score is a vertical tick, also in their "
        f"rows. Lines: 95 % intervals of the difference, from the base's score on. {MARKS} The "
        "intervals of two pairs say nothing about the difference between their models.",
        levels.draw,
        levels.alt,
        "No model has all tasks of a level.",
        levels.declares_levels,
        by_pair=True,
    ),
    "distributions": FigureSpec(
        "Differences of single items",
        "Difference in the task score of each item, biomedical minus base. Line: mean over the "
        "pairs. Area: smallest to largest share among the pairs. Bar at zero: items on which both "
        "models score the same.",
        distributions.draw,
        distributions.alt,
        NO_PAIR,
    ),
    "patients": FigureSpec(
        "LongHealth by patient",
        "Mean difference of each patient, sorted; no single patient is tested. Dashed line: mean "
        "of all items, in the colour of its verdict. Patients are the independent "
        "units: their number, not the number of questions, limits the precision.",
        patients.draw,
        patients.alt,
        "No pair has LongHealth.",
        patients.has_patients,
        by_pair=True,
    ),
    "power": FigureSpec(
        "Detectable differences",
        "Each tick is a pair, and the diamond is their median. The number of clusters follows the "
        "name. Where ticks are to the right of the bar, a difference as large as the margin can "
        "remain undetected.",
        power.draw,
        power.alt,
        "No comparison could be tested.",
    ),
    "margins": FigureSpec(
        "Equivalence at every margin",
        margins.caption,
        margins.draw,
        margins.alt,
        "No equivalence was tested.",
    ),
    "failures": FigureSpec(
        "Answer failures",
        "Share of answers with each kind of failure, averaged over the tasks that record it. "
        "○ base, ◆ biomedical model.",
        failures.draw,
        failures.alt,
        NO_PAIR,
        by_pair=True,
    ),
    "format_content": FigureSpec(
        "Format and content",
        "The difference of each pair is the sum of the three other panels, with 95 % intervals. "
        "Form: the share of answers that can be read. Content: the mean score of readable answers. "
        f"Rest: points that unreadable texts earn, which are not tested. {MARKS}",
        format_content.draw,
        format_content.alt,
        "No difference could be split.",
        by_pair=True,
    ),
    "literature": FigureSpec(
        "Published differences",
        "Averages of the authors (GEM 2025, table 3), published without an uncertainty, and "
        "results on exam questions as reported by the models' authors.",
        literature.draw,
        literature.alt,
        "",
        own_results=False,
    ),
}
"""File name to figure, in the order of the report."""


def render(
    name: str, results: StudyResults, conf: AnalysisConf, marks: Mapping[str, Marks]
) -> RenderedFigure | None:
    """Draws a figure; None if the results lack its data.

    Args:
        name: of the figure.
        results: of the study.
        conf: of the analysis.
        marks: of the results, by model: inside the figure and before its texts.
    """
    spec = FIGURES[name]
    note = shown_pairs.note(results) if spec.by_pair else ""
    if spec.by_pair:
        results = shown_pairs.of_shown_pairs(results)
    mark = described(marks, MAX_NAMES)
    if mark and not spec.own_results:
        mark = f"published results; the report's own: {mark}"
    figures = []
    with theme.drawing():
        for width in (theme.WIDTH, theme.NARROW):
            layout = replace(theme.LIGHT, width=width)
            figure = spec.draw(results, conf, layout)
            if figure is None:
                return None
            if mark:
                add_stamp(figure, mark, layout)
            figures.append(figure)
    wide, narrow = figures
    prefix = f"[{mark}] " if mark else ""
    caption = spec.caption if isinstance(spec.caption, str) else spec.caption(results)
    return RenderedFigure(
        name=name,
        title=spec.title,
        caption=f"{prefix}{caption} {note}".rstrip(),
        alt=f"{prefix}{spec.alt(results)}",
        svg=theme.svg(wide, name),
        png=theme.png(wide),
        svg_narrow=theme.svg(narrow, f"{name}_narrow"),
        png_narrow=theme.png(narrow),
    )

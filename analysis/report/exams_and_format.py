"""The sections on exam questions against clinical tasks, and on format and content."""

from collections.abc import Mapping
from itertools import groupby

from analysis.paired_study.results import PromptResults
from analysis.report import exam_contrast_in_words as exams
from analysis.report import format_content_in_words as parts
from analysis.report.document import FoldedList, Section
from analysis.report.figures import RenderedFigure
from analysis.report.tables import format_content
from analysis.report.tables.exam_contrast import exam_contrast
from analysis.sentences.exam_contrast import LEAD
from analysis.settings import AnalysisConf

Figures = Mapping[str, RenderedFigure | None]


def exam_section(setting: PromptResults, conf: AnalysisConf, figures: Figures) -> Section:
    """The declared contrast; empty if the study declares none."""
    title, anchor = "Exam questions and clinical tasks", "exams"
    contrast = setting.exam_contrast
    if contrast is None:
        return Section(title, anchor)
    answers = map(setting.headline, exams.exam_answer(setting, conf.study.alpha))
    figure = figures["exam_contrast"]
    return Section(
        title,
        anchor,
        [*answers, *exams.around_it(setting), f"{LEAD} {exams.sides(setting)}"],
        list(exams.pairs_in_words(setting, conf.study.alpha)),
        figures=[figure] if figure else [],
        tables=[exam_contrast(contrast)],
    )


def format_section(setting: PromptResults, conf: AnalysisConf, figures: Figures) -> Section:
    """Form and content of every difference; empty if nothing could be split."""
    title, anchor = "Format and content", "format"
    rows = setting.format_content.rows
    if not rows:
        return Section(title, anchor)
    by_pair = groupby(rows, key=lambda row: row.key.pair)
    alpha = conf.study.alpha
    groups = [
        FoldedList(pair, [text for row in members for text in parts.settled(row, alpha)])
        for pair, members in by_pair
    ]
    choices = format_content.choices(rows)
    figure = figures["format_content"]
    return Section(
        title,
        anchor,
        [*parts.pooled_parts(setting), parts.LEAD, *[parts.CHOICES] * bool(choices.rows)],
        groups=[group for group in groups if group.points],
        figures=[figure] if figure else [],
        tables=[format_content.parts(rows), *[choices] * bool(choices.rows)],
    )

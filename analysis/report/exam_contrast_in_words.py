"""Sentences on exam questions against clinical tasks, with their marks."""

from collections.abc import Iterator

from analysis.names import display_name
from analysis.number_format import p_value, points, points_interval
from analysis.paired_study.exam_contrast import CLINICAL, ExamRow
from analysis.paired_study.results import PromptResults
from analysis.sentences.exam_contrast import (
    contrast_answer,
    level_beside,
    line_in_words,
    sides_in_words,
)
from clue.marks import marked


def exam_answer(setting: PromptResults, alpha: float) -> Iterator[str]:
    """Yields the answer to the declared hypothesis; nothing without one."""
    contrast = setting.exam_contrast
    if contrast is None:
        return
    if CLINICAL not in contrast.pooled:
        yield "No pair can be compared on exam questions and on clinical tasks."
        return
    yield setting.pooled(contrast_answer(contrast.pooled[CLINICAL].meta, alpha))


def around_it(setting: PromptResults) -> Iterator[str]:
    """Yields both sides, the levels beside them, and the line."""
    contrast = setting.exam_contrast
    assert contrast is not None
    if contrast.means:
        yield setting.pooled(sides_in_words(contrast.means, len(contrast.points)))
    for level, answer in contrast.pooled.items():
        if level != CLINICAL:
            yield setting.pooled(level_beside(level, answer.meta))
    if contrast.line is not None:
        yield setting.pooled(line_in_words(contrast.line))


def pairs_in_words(setting: PromptResults, alpha: float) -> Iterator[str]:
    """Yields a sentence for each pair whose sides differ, then for each that is left out."""
    contrast = setting.exam_contrast
    assert contrast is not None
    rows = contrast.against(CLINICAL)
    for row in rows:
        adjusted = row.difference.p_adjusted
        if adjusted is not None and adjusted <= alpha:
            yield _settled(row)
    for row in rows:
        if row.difference.refused:
            yield marked(
                row.difference.marks, f"{row.key.pair} is left out: {row.difference.refused}."
            )


def _settled(row: ExamRow) -> str:
    difference = row.difference
    assert difference.exam is not None
    assert difference.other is not None
    assert difference.delta is not None
    assert difference.ci95 is not None
    assert difference.p_adjusted is not None
    text = (
        f"Over {row.key.base}, {row.key.tuned}: {points(difference.exam)} points on exam "
        f"questions and {points(difference.other)} on clinical tasks; exam minus clinical "
        f"{points(difference.delta)} (95 % CI {points_interval(difference.ci95)}; Holm p "
        f"{p_value(difference.p_adjusted)})."
    )
    return marked(difference.marks, text)


def sides(setting: PromptResults) -> str:
    """Data sets of both sides."""
    contrast = setting.exam_contrast
    assert contrast is not None
    parts = [
        f"{words}: {', '.join(map(display_name, contrast.sides[side]))}"
        for side, words in (("exam", "Exam questions"), (CLINICAL, "clinical tasks"))
    ]
    return f"{'; '.join(parts)}. Data sets of a side count equally."

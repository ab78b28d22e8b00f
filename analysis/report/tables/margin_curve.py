"""The table of equivalence at every margin; only a file, since it is too long to read."""

from analysis import number_format
from analysis.paired_study.margin_curve import MarginCurve, margin_curves
from analysis.paired_study.results import PromptResults
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import by_model

COLUMNS = ("model", "base", "task", "margin", "tost_p", "tost_p_adjusted", "m_star")


def margin_curve(setting: PromptResults) -> ReportTable:
    """A line for each margin of each comparison on tasks and levels."""
    curves = margin_curves(by_model(selectors.primary_rows(setting, "level", "task")))
    lines = [line for curve in curves for line in _lines(curve)]
    marks = [curve.row.marks for curve in curves for _ in curve.margins]
    return ReportTable(
        "margin_curve", "Equivalence at every margin", COLUMNS, lines, row_marks=marks
    )


def _lines(curve: MarginCurve) -> list[list[str]]:
    key, m_star = curve.row.key, curve.row.comparison.m_star
    adjusted = [""] * len(curve.p) if curve.adjusted is None else map(_text, curve.adjusted)
    return [
        [key.tuned, key.base, key.task, _text(margin), _text(p), corrected, _text(m_star or 0.0)]
        for margin, p, corrected in zip(curve.margins, curve.p, adjusted, strict=True)
    ]


def _text(value: float) -> str:
    return number_format.ascii_signs(number_format.significant(value))

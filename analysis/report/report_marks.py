"""Marks of a report: of made-up answers, fictional data, limits and trials (`clue.marks`).

They are in the banner, in every figure, before every caption and in every table, because each of
these can be copied without the rest.
"""

from collections.abc import Mapping
from dataclasses import replace

from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.document import ReportTable, Section
from analysis.settings import AnalysisConf
from clue.marks import EXPLORATORY, Marks, marked, union


def marks_by_model(results: StudyResults, conf: AnalysisConf) -> Mapping[str, Marks]:
    """Marks of each compared biomedical model; of each model if no pair was compared."""
    setting = selectors.reported_setting(results)
    if setting is None or not setting.rows:
        standings = selectors.reported_standings(results, conf)
        return {standing.model: standing.marks for standing in standings}
    exploratory = () if setting.confirmatory else (EXPLORATORY,)
    marks: dict[str, Marks] = {}
    for row in setting.rows:
        marks[row.key.tuned] = union(marks.get(row.key.tuned, exploratory), row.marks)
    return marks


def with_marks(section: Section, marks: Marks) -> Section:
    """Marks the tables of a section.

    A row has the marks of its pair or model, any other row those of the report: every number is
    computed from marked ones.
    """
    tables = [_marked(table, marks) for table in section.tables]
    return replace(section, tables=tables)


def _marked(table: ReportTable, marks: Marks) -> ReportTable:
    exploratory = set(marks) & {EXPLORATORY}
    rows = [union(row, exploratory) for row in table.row_marks] or [marks] * len(table.rows)
    return replace(table, title=marked(marks, table.title), row_marks=rows)

"""Numeric CSV files beside the formatted tables of the report, `tables/<name>_numeric.csv`."""

from collections.abc import Iterable, Mapping

from analysis.paired_study.columns import NUMERIC_TABLES, columns
from analysis.paired_study.numeric_rows import NumericRow, RowMarks
from analysis.paired_study.output import json_values, table_csv
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.report.numeric_rows import (
    moderator_rows,
    pooled_pairs,
    replication_rows,
    scores_of_models,
    sensitivity_rows,
    shrunken_rows,
)
from analysis.report.report_marks import marks_by_model
from analysis.report.tables.literature import published_rows
from analysis.report.tables.quality import failure_rows
from analysis.settings import AnalysisConf
from clue.common.csv_text import csv_text
from clue.marks import Marks, joined, union

COVARIANCE = "pairs_covariance.csv"
"""Joint error covariance of the rows of pairs_numeric.csv."""


def numeric_files(results: StudyResults, conf: AnalysisConf) -> dict[str, bytes]:
    """Returns file names and contents; a table without rows has no file."""
    setting = selectors.reported_setting(results)
    rows: dict[str, Iterable[object]] = {
        "scores": scores_of_models(selectors.reported_standings(results, conf)),
        "literature": published_rows(results, selectors.reported_prompt(results, conf)),
    }
    marks = marks_by_model(results, conf)
    covariance: dict[str, bytes] = {}
    if setting is not None:
        level = selectors.headline_rows(setting)[0]
        rows |= _of_setting(setting, level)
        rows["failures"] = failure_rows(results, setting)
        covariance = _covariance(setting, level, marks)
    contents = {}
    for name, of_table in rows.items():
        sections = NUMERIC_TABLES[name].sections
        numeric = [NumericRow(row, RowMarks(_marks(row, marks))) for row in of_table]
        if numeric:
            contents[f"{name}_numeric.csv"] = table_csv(numeric, columns(sections), sections)
    return contents | covariance


def _of_setting(setting: PromptResults, level: str) -> Mapping[str, Iterable[object]]:
    return {
        "pairs": pooled_pairs(setting, level),
        "shrinkage": shrunken_rows(setting),
        "sensitivity": sensitivity_rows(setting, level),
        "moderators": moderator_rows(setting),
        "replicability": replication_rows(setting),
    }


def _marks(row: object, marks: Mapping[str, Marks]) -> Marks:
    """Marks of the biomedical model of a row; of all of them if it is of no single one."""
    pair = str(getattr(row, "pair", None) or getattr(row, "of", ""))
    tuned = getattr(row, "tuned", None) or getattr(row, "model", None) or pair.partition(" - ")[0]
    return marks[tuned] if tuned in marks else union(*marks.values())


def _covariance(setting: PromptResults, level: str, marks: Mapping[str, Marks]) -> dict[str, bytes]:
    """Square matrix with the biomedical models as its head; its first column has the marks."""
    answer = setting.answers.get(level)
    if answer is None:
        return {}
    matrix = answer.differences.covariance
    names = [pair.partition(" - ")[0] for pair in answer.differences.pairs]
    lines = [
        [joined(marks[name]), *json_values([float(value) for value in row])]
        for name, row in zip(names, matrix, strict=True)
    ]
    return {COVARIANCE: csv_text([["marks", *names], *lines]).encode()}

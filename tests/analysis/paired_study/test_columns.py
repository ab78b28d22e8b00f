import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.columns import TABLES, Column, columns, columns_markdown
from analysis.paired_study.output import json_values, write_study
from clue.config.folders import ROOT


def test_the_documented_columns_are_those_of_the_code() -> None:
    current = (ROOT / "docs" / "analysis-columns.md").read_text()
    assert current == columns_markdown(), (
        "python -m analysis.paired_study.columns > docs/analysis-columns.md"
    )


@pytest.mark.parametrize(
    "described", [columns(), *(columns(table.sections) for table in TABLES.values())]
)
def test_every_column_has_one_name_and_a_meaning(described: tuple[Column, ...]) -> None:
    names = [column.name for column in described]
    assert len(set(names)) == len(names)
    assert not [column.name for column in described if not column.meaning]


def test_csv_and_parquet_hold_the_same_sorted_rows(results: StudyResults, tmp_path: Path) -> None:
    write_study(tmp_path, results.rows, {})
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cells.csv").read_text())))
    same = pq.read_table(tmp_path / "cells.parquet").to_pylist()
    names = [column.name for column in columns()]
    assert list(rows[0]) == list(same[0]) == names
    assert len(rows) == len(same) == len(results.rows)
    keys = [tuple(row[name] for name in names[:8]) for row in rows]
    assert keys == sorted(keys)
    for row, other in zip(rows, same, strict=True):
        for name, kind, _ in columns():
            value = other[name]
            text = "" if value is None else str(value).lower() if kind is bool else str(value)
            assert row[name] == text, name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, 0.3),
        (float("nan"), None),
        ({1: (1.0, float("inf"))}, {"1": [1.0, None]}),
        (True, True),
    ],
)
def test_json_holds_twelve_digits_and_nothing_that_is_no_number(
    value: object, expected: object
) -> None:
    assert json_values(value) == expected
    json.dumps(json_values(value), allow_nan=False)

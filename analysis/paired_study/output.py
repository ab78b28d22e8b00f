"""Files of a study: its tables and summary.json, the same bytes every time.

Floats are rounded to 12 digits: the last bits of a sum depend on the order in which a library adds.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.paired_study.columns import TABLES, Column, Sections, columns, row_values
from analysis.paired_study.rows import ResultRow
from clue import outgoing
from clue.common.atomic_write import write_atomic
from clue.common.csv_text import csv_text

DIGITS = 12
PAGE = "report.html"
"""The page of the report."""
TEXT = "report.md"
"""The same as text."""
TYPES = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}


def write_study(
    folder: Path,
    rows: Sequence[ResultRow],
    summary: Mapping[str, Any],
    tables: Mapping[str, Sequence[NamedTuple]] | None = None,
) -> list[Path]:
    """Write the files and return their paths.

    Args:
        folder: receives the files.
        rows: of cells.csv and cells.parquet.
        summary: content of summary.json.
        tables: rows of the other tables, by name; a table without rows has its head only, and no
            file if it is optional.

    Raises:
        StoreError: the folder cannot be written.
    """
    table, schema = [json_values(row_values(row)) for row in rows], columns()
    contents = {
        "cells.csv": _csv(table, schema),
        "cells.parquet": _parquet(table, schema),
        **{
            f"{name}.csv": table_csv(
                (tables or {}).get(name, ()), columns(other.sections), other.sections
            )
            for name, other in TABLES.items()
            if not other.is_optional or (tables or {}).get(name)
        },
        "summary.json": (
            json.dumps(json_values(summary), indent=1, sort_keys=True) + "\n"
        ).encode(),
    }
    for name, content in contents.items():
        write_atomic(folder / name, content)
    for name in TABLES:
        if f"{name}.csv" not in contents:  # of an earlier analysis
            (folder / f"{name}.csv").unlink(missing_ok=True)
    return [folder / name for name in contents]


def remove_report(folder: Path) -> None:
    """Removes the report of an earlier analysis, which beside new tables is of another study.

    Only its own files are removed, and none that was changed since.
    """
    for path in outgoing.unchanged(folder):
        if path.name in (PAGE, TEXT) or path.parent.name in ("figures", "tables"):
            path.unlink(missing_ok=True)


def table_csv(rows: Sequence[NamedTuple], schema: Sequence[Column], sections: Sections) -> bytes:
    """Rows of a described table as CSV."""
    return _csv([json_values(row_values(row, sections)) for row in rows], schema)


def declare_files(folder: Path, paths: Iterable[Path], shown: outgoing.Shown) -> None:
    """Declare the answers that the files of a study show, for `clue store export` and servers.

    Args:
        folder: of the files.
        paths: the files that were written.
        shown: answers in the report's page; no other file has any.

    Raises:
        StoreError: the folder cannot be written.
    """
    outgoing.declare(folder, {path: shown if path.name == PAGE else "none" for path in paths})


def json_values(value: Any) -> Any:
    """JSON values: dataclasses as objects, floats with 12 digits, None for non-finite numbers."""
    if isinstance(value, float):  # most values, so it is asked first
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): json_values(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(entry) for entry in value]
    return value


def _csv(table: Sequence[Mapping[str, Any]], schema: Sequence[Column]) -> bytes:
    names = [column.name for column in schema]
    return csv_text([names, *([_cell(row[name]) for name in names] for row in table)]).encode()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _parquet(table: Sequence[Mapping[str, Any]], schema: Sequence[Column]) -> bytes:
    fields = pa.schema([(column.name, TYPES[column.kind]) for column in schema])
    content = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in table], schema=fields), content)
    return bytes(content.getvalue().to_pybytes())

"""What lies in a results file: rows of a table, or the one object of a log."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from clue.common.plural import counted

Fields = dict[str, Any]


def separated(path: Path) -> list[Fields]:
    """Rows of a CSV file (commas; tabs in a .tsv), every value a text.

    Raises:
        ResultsError: a row has more or fewer fields than the header, or a name is there twice.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = file.readlines()
    reader = csv.reader(lines, delimiter="\t" if path.suffix == ".tsv" else ",", strict=True)
    try:
        header = next(reader, [])
        rows = []
        for row in reader:
            if row and len(row) != len(header):
                raise csv.Error(f"{counted(len(row), 'field')} where the header has {len(header)}")
            if row:
                rows.append(dict(zip(header, row, strict=True)))
    except csv.Error as error:
        raise ResultsError(f"{path}, line {reader.line_num}: {error}") from error
    if len(set(header)) < len(header):
        raise ResultsError(f"{path}: a column name is there twice")
    return rows


def parquet(path: Path) -> list[Fields]:
    """Rows of a Parquet file.

    Raises:
        ResultsError: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[Fields] = pq.read_table(path).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise ResultsError(f"{path} is no readable Parquet file") from error
    return rows


def json_rows(path: Path) -> list[Fields] | Fields:
    """Rows of a JSON lines file or of one JSON array; a file with one object: that object.

    Raises:
        ResultsError: a line is no JSON object.
    """
    with path.open(encoding="utf-8-sig") as file:
        lines = file.read().split("\n")  # other line ends may stand within a text
    try:
        found = list(_lines(lines))
    except ValueError as error:
        found = _whole(path, "\n".join(lines), str(error))
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    for place, row in enumerate(found, start=1):
        if not isinstance(row, dict):
            raise ResultsError(f"{path}, entry {place}: no JSON object but {type(row).__name__}")
    if not found:
        raise ResultsError(f"{path} is empty")
    return found[0] if len(found) == 1 else found


def _lines(lines: list[str]) -> Iterator[Any]:
    """Each line's value; the error names the first line that is no JSON."""
    for place, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"line {place} is no JSON ({error.msg})") from error


def _whole(path: Path, text: str, reason: str) -> list[Any]:
    """The one value that spans the file, as pretty-printed logs do."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError as error:
        raise ResultsError(
            f"{path}: {reason}, nor is the file one JSON value; is it cut off? The program that "
            "wrote it can write it again"
        ) from error

"""Content of a results file: rows of a table, or the single object of a log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from clue.common.csv_table import csv_rows

Fields = dict[str, Any]


def separated(path: Path) -> list[dict[str, str]]:
    """Reads the rows of a CSV file (tabs as delimiters in a .tsv); every value is a text.

    Raises:
        ResultsError: a row has more or fewer cells than the header, or a column occurs twice.
    """

    def fail(position: str, problem: str) -> ResultsError:
        return ResultsError(f"{path}, {position}: {problem}")

    with path.open(newline="", encoding="utf-8-sig") as file:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        return [row for _, row in csv_rows(file, fail, delimiter=delimiter)]


def parquet(path: Path) -> list[Fields]:
    """Reads the rows of a Parquet file.

    Raises:
        ResultsError: the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[Fields] = pq.read_table(path).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise ResultsError(f"{path} is no readable Parquet file") from error
    return rows


def json_rows(path: Path) -> list[Fields] | Fields:
    """Reads the rows of a JSON lines file or of one JSON array, or the single object of a file.

    Raises:
        ResultsError: a line is no JSON object.
    """
    with path.open(encoding="utf-8-sig") as file:
        lines = file.read().split("\n")  # a text may contain other line ends
    try:
        entries = list(_parse_lines(lines))
    except ValueError as error:
        entries = [_parse_file(path, "\n".join(lines), str(error))]
    if len(entries) == 1 and isinstance(entries[0], list):
        entries = entries[0]
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            problem = f"no JSON object but {type(entry).__name__}"
            raise ResultsError(f"{path}, entry {number}: {problem}")
    if not entries:
        raise ResultsError(f"{path} is empty")
    return entries[0] if len(entries) == 1 else entries


def _parse_lines(lines: list[str]) -> Iterator[Any]:
    """Yields the value of each line; the error names the first line that is no JSON."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"line {number} is no JSON ({error.msg})") from error


def _parse_file(path: Path, text: str, reason: str) -> Any:
    """Parses one value that spans several lines, as in pretty-printed logs."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ResultsError(
            f"{path}: {reason}, and the file is not one JSON value; is it cut off? Write it again "
            "with the program that wrote it"
        ) from error

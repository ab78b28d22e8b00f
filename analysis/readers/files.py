"""Content of a results file: rows of a table, or the single object of a log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from clue.common import bounds, json_text
from clue.common.csv_table import csv_rows

Fields = dict[str, Any]


def errors_in(path: Path) -> bounds.Fail:
    """Returns the function that creates the error of a file whose kind or size is wrong."""
    return lambda problem: ResultsError(f"{path} {problem}")


def separated(path: Path) -> list[dict[str, str]]:
    """Reads the rows of a CSV file (tabs as delimiters in a .tsv); every value is a text.

    Raises:
        ResultsError: a row has more or fewer cells than the header, or a column occurs twice.
    """

    def malformed(position: str, problem: str) -> ResultsError:
        return ResultsError(f"{path}, {position}: {problem}")

    fail = errors_in(path)
    with bounds.open_bounded_text(path, fail) as text:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        lines = bounds.text_lines(text, fail)
        return [row for _, row in csv_rows(lines, malformed, delimiter=delimiter)]


def parquet(path: Path) -> list[Fields]:
    """Reads the rows of a Parquet file.

    Raises:
        ResultsError: the file is damaged.
    """
    import pyarrow as pa

    try:
        rows: list[Fields] = bounds.parquet_table(path, errors_in(path)).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ResultsError(f"{path} is no readable Parquet file") from error
    return rows


def json_rows(path: Path) -> list[Fields] | Fields:
    """Reads the rows of a JSON lines file or of one JSON array, or the single object of a file.

    Raises:
        ResultsError: a line is no JSON object.
    """
    with bounds.open_bounded_text(path, errors_in(path)) as file:
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
                yield json_text.parse(line)
            except ValueError as error:
                reason = json_text.problem(error, position=False)
                raise ValueError(f"line {number} is no JSON ({reason})") from error


def _parse_file(path: Path, text: str, reason: str) -> Any:
    """Parses one value that spans several lines, as in pretty-printed logs."""
    try:
        return json_text.parse(text)
    except ValueError as error:
        raise ResultsError(
            f"{path}: {reason}, and the file is not one JSON value; is it cut off? Write it again "
            "with the program that wrote it"
        ) from error

"""Strict readers of released files: every error names file, row and field, and quotes no content.

Content is clinical text, also a cell of one word, a name of a field or an id.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clue.common import bounds, csv_table, json_text
from clue.common.plural import counted
from clue.data.left_out import LeftOut, Samples
from clue.errors import DataError
from clue.records import Sample


@contextmanager
def open_text(path: Path, most: int | None = None) -> Iterator[io.TextIOWrapper]:
    """Opens a file as UTF-8 text; unpacks gzip, recognised by the first bytes, not by the name.

    Raises:
        DataError: as `open_bytes`, or bytes are not UTF-8; raised inside the block too.
    """
    try:
        with (
            open_bytes(path, most) as binary,
            io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text,
        ):
            yield text
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8: byte {error.object[error.start]:#04x}; the official file is. "
            "Download it again, and do not save it from a spreadsheet program."
        ) from error


@contextmanager
def open_bytes(path: Path, most: int | None = None) -> Iterator[io.BufferedReader]:
    """Opens a file; unpacks gzip, recognised by the first bytes, not by the name.

    Args:
        path: of the file.
        most: bound of its unpacked bytes; None = `bounds.max_bytes`.

    Raises:
        DataError: it cannot be read, is a pipe or a device, unpacks to more bytes, or the gzip is
            truncated; raised inside the block too.
    """

    def fail(problem: str) -> DataError:
        return DataError(f"{path} {problem}")

    try:
        bounds.check_regular(path, fail)
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            yield bounds.bounded(stream, most or bounds.max_bytes(), fail)
    except (EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        raise DataError(f"{path} is a gzip file that is cut short or damaged ({error})") from error


def text_lines(path: Path, text: io.TextIOWrapper) -> Iterator[str]:
    """Yields the lines of an open file.

    Raises:
        DataError: a line is longer than its bound.
    """
    return bounds.text_lines(text, lambda problem: DataError(f"{path}: {problem}"))


def csv_rows(
    path: Path, columns: Sequence[str], most: int | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the row number, where the header is row 1, and the texts of the columns.

    Args:
        path: of the file.
        columns: the columns to read.
        most: bound of its unpacked bytes; None = `bounds.max_bytes`.

    Raises:
        DataError: a column is missing or occurs twice, a row is too short or too long, or a cell is
            empty.
    """
    for number, row in csv_cells(path, columns, most):
        where = f"{path}: row {number}"
        yield number, {name: required_text(row, name, where) for name in columns}


def csv_cells(
    path: Path, columns: Sequence[str], most: int | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the row number, where the header is row 1, and all cells as they are, also empty ones.

    Raises:
        DataError: a column is missing or occurs twice, or a row is too short or too long.
    """

    def fail(row: str, problem: str) -> DataError:
        return DataError(f"{path}: {row}: {problem}; download the file again")

    with open_text(path, most) as text:
        yield from csv_table.csv_rows(text_lines(path, text), fail, columns)


def headless_rows(path: Path, length: int) -> Iterator[tuple[int, list[str]]]:
    """Yields the row number, from 1, and the cells of a CSV file without a header.

    Args:
        path: of the file.
        length: number of cells of every row.

    Raises:
        DataError: the file cannot be read, or a row has another number of cells.
    """

    def fail(row: str, problem: str) -> DataError:
        return DataError(f"{path}: {row}: {problem}; download the file again")

    with open_text(path) as text:
        for number, cells in csv_table.csv_records(text_lines(path, text), fail):
            if len(cells) != length:
                raise fail(f"row {number}", f"{counted(len(cells), 'cell')}, not {length}")
            yield number, cells


def csv_header(path: Path) -> list[str]:
    """Returns the header of a CSV file; empty for an empty file."""
    with open_text(path) as text:
        return next(csv.reader(text_lines(path, text)), [])


def json_file(path: Path) -> Any:
    """Returns the value of a JSON file.

    Raises:
        DataError: the file is not JSON, such as a web page or a cut file; gives line and column.
    """
    with open_text(path) as text:
        content = text.read()
    try:
        return json_text.parse(content)
    except ValueError as error:
        problem = json_text.problem(error)
        raise DataError(f"{path} is not JSON: {problem}; download it again") from error


def json_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields the number, from 1, and the object of each entry of a JSON array.

    Raises:
        DataError: the file is no array, or an entry is no object.
    """
    rows = json_file(path)
    if not isinstance(rows, list):
        raise DataError(f"{path} is no JSON array but {type(rows).__name__}")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(f"{path}: row {number} is no JSON object")
        yield number, row


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields the number and the object of each line; skips blank lines.

    Raises:
        DataError: a line is not a JSON object.
    """
    with open_text(path) as text:
        for number, line in enumerate(text_lines(path, text), start=1):
            if not line.strip():
                continue
            try:
                value = json_text.parse(line)
            except ValueError as error:
                problem = json_text.problem(error, position=False)
                raise DataError(f"{path}: row {number} is not JSON: {problem}") from error
            if not isinstance(value, dict):
                raise DataError(f"{path}: row {number} is no JSON object")
            yield number, value


def required_text(row: Mapping[str, Any], name: str, where: str) -> str:
    """Returns the stripped text of a field.

    Raises:
        DataError: the field is missing, empty or no text.
    """
    return raw_text(row, name, where).strip()


def is_empty(value: Any) -> bool:
    """Tests if a field has no text at all."""
    return value is None or (isinstance(value, str) and not value.strip())


def raw_text(row: Mapping[str, Any], name: str, where: str) -> str:
    """Returns the text of a field as it is: the authors' prompts keep white space around it.

    Raises:
        DataError: the field is missing, empty or no text.
    """
    if name not in row:
        raise DataError(f"{where}: no field {name} among {counted(len(row), 'field')}")
    value = row[name]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or is_empty(value):
        problem = "is empty" if is_empty(value) else "is no text"
        raise DataError(f"{where}, field {name} {problem}")
    return value


def unique_samples(
    path: Path,
    samples: Iterable[tuple[int, Sample]],
    column: str | None = None,
    left_out: LeftOut | None = None,
) -> Samples:
    """Returns the samples of numbered rows.

    Args:
        path: the file, for messages.
        samples: number of the row, and sample.
        column: name of the column with the ids, for a message that does not quote the id.
        left_out: rows that `samples` leaves out while it is read.

    Raises:
        DataError: two rows have the same id, or there are no rows.
    """
    left_out = left_out or LeftOut()
    rows: dict[str, int] = {}
    unique = []
    for number, sample in samples:
        if sample.id in rows:
            name = f"the id in column {column}" if column else "its id"
            raise DataError(f"{path}: row {number}: {name} is in row {rows[sample.id]} too")
        rows[sample.id] = number
        unique.append(sample)
    if not unique:
        reasons = "; ".join(left_out.notes())
        raise DataError(
            f"{path} has no rows" + (f" that can be used: {reasons}" if reasons else "")
        )
    return Samples(unique, left_out)

"""Reading the files of a release strictly: every refusal names file, row and what was found."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clue.common.plural import counted
from clue.errors import DataError
from clue.records import Sample

csv.field_size_limit(2**31 - 1)


@contextmanager
def opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """The file as UTF-8 text, unpacked if it is gzipped (by its first bytes, not its name).

    Raises:
        DataError: also from the block: a truncated gzip, bytes that are not UTF-8.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            binary = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
                yield text
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8: byte {error.object[error.start]:#04x}; the official file is. "
            "Download it again, do not save it from a spreadsheet."
        ) from error
    except (EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        raise DataError(f"{path} is a gzip file that is cut short or damaged ({error})") from error


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number (the header is row 1) and the texts of the columns, none of them empty.

    Raises:
        DataError: no such column, a row with more or fewer cells, an empty cell.
    """
    with opened(path) as text:
        reader = _strict(path, text)
        header = next(reader, [])
        missing = [name for name in columns if name not in header]
        if missing:
            raise DataError(
                f"{path}: row 1: no column {', '.join(missing)}; found {_names(header)}"
            )
        for number, cells in enumerate(reader, start=2):
            if not cells:
                continue
            if len(cells) != len(header):
                found = f"{counted(len(cells), 'cell')}, the header has {len(header)}"
                raise DataError(f"{path}: row {number} has {found}")
            row = dict(zip(header, cells, strict=True))
            yield number, {name: filled(row, name, f"{path}: row {number}") for name in columns}


def _names(header: Sequence[str]) -> str:
    """A header for an error; a row of data, of a file without header, is not shown."""
    if all(re.fullmatch(r"[A-Za-z][\w .-]{0,39}", cell) for cell in header):
        return ", ".join(header) or "nothing"
    return counted(
        len(header), "cell that is no name of a column", "cells that are no names of columns"
    )


def _strict(path: Path, text: Iterable[str]) -> Iterator[list[str]]:
    """Rows of a CSV file; what ends within a quoted cell was cut."""
    reader = csv.reader(text, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise DataError(
            f"{path}: the row that ends in line {reader.line_num} is no CSV ({error}); download "
            "the file again"
        ) from error


def columns(path: Path) -> list[str]:
    """The header of a CSV file; empty if it has none."""
    with opened(path) as text:
        return next(csv.reader(text), [])


def json_file(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        DataError: it is not JSON (a web page, a part of the file); gives line and column.
    """
    with opened(path) as text:
        try:
            return json.loads(text.read())
        except json.JSONDecodeError as error:
            raise DataError(
                f"{path} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}; "
                "download it again"
            ) from error


def json_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number, from 1, and object of each entry of a JSON array.

    Raises:
        DataError: the file is no array, or an entry no object.
    """
    rows = json_file(path)
    if not isinstance(rows, list):
        raise DataError(f"{path} holds no JSON array but {type(rows).__name__}")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(f"{path}: row {number} is no JSON object")
        yield number, row


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line; blank lines are none.

    Raises:
        DataError: a line is not a JSON object.
    """
    with opened(path) as text:
        for number, line in enumerate(text, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(f"{path}: row {number} is not JSON: {error.msg}") from error
            if not isinstance(value, dict):
                raise DataError(f"{path}: row {number} is no JSON object")
            yield number, value


def filled(row: Mapping[str, Any], name: str, where: str) -> str:
    """The stripped text of a field.

    Raises:
        DataError: it is missing or empty, or no text.
    """
    if name not in row:
        raise DataError(f"{where}: no field {name}; found {', '.join(row) or 'nothing'}")
    value = row[name]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        what = "is empty" if value is None or isinstance(value, str) else "is no text"
        raise DataError(f"{where}, field {name} {what}")
    return value.strip()


def unique(path: Path, samples: Iterable[tuple[int, Sample]]) -> list[Sample]:
    """The samples of numbered rows.

    Raises:
        DataError: an id stands twice; there is no row at all.
    """
    seen: dict[str, int] = {}
    kept = []
    for number, sample in samples:
        if sample.id in seen:
            raise DataError(
                f"{path}: row {number}: the id {sample.id!r} stands in row {seen[sample.id]} too"
            )
        seen[sample.id] = number
        kept.append(sample)
    if not kept:
        raise DataError(f"{path} has no rows")
    return kept

"""Strict reading of CSV files: the header has the required columns, and every row is complete.

Each caller passes the error of its own area: a function of the place in the file and the problem.
Messages contain no cell of a row; a header is quoted only if it looks like column names, because
the first row of a wrong file may be clinical text.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from clue.common.plural import counted

csv.field_size_limit(2**31 - 1)

CsvFail = Callable[[str, str], Exception]
"""Creates the error for a place (`row 3`) and a problem."""


def csv_records(
    text: Iterable[str], fail: CsvFail, delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Yields the number and the cells of each row; skips blank rows but counts them.

    Raises:
        Exception: `fail`, if a quoted cell is not closed or the file is no CSV.

    >>> list(csv_records(["a,b", "", "1,2"], lambda position, problem: ValueError(position)))
    [(1, ['a', 'b']), (3, ['1', '2'])]
    """
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if cells:
                yield number, cells
    except csv.Error as error:
        problem = f"the row that ends here is no CSV ({error})"
        raise fail(f"line {reader.line_num}", problem) from error


def csv_rows(
    text: Iterable[str], fail: CsvFail, columns: Sequence[str] = (), delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the number of each row below the header, which is row 1, and its cells by column.

    Args:
        text: lines of the file.
        fail: creates the error.
        columns: columns that must occur exactly once; by default no column may occur twice.
        delimiter: character between cells.

    Raises:
        Exception: `fail`, if a column is missing or occurs twice, or a row has more or fewer cells
            than the header.

    >>> list(csv_rows(["a,b", "1,2"], lambda position, problem: ValueError(position)))
    [(2, {'a': '1', 'b': '2'})]
    """
    records = csv_records(text, fail, delimiter)
    _, header = next(records, (1, []))
    absent = [name for name in columns if name not in header]
    if absent:
        raise fail("row 1", f"no column {', '.join(absent)}; found {describe_columns(header)}")
    repeated = [name for name in columns or header if header.count(name) > 1]
    if repeated:
        raise fail("row 1", f"the column {describe_columns(repeated[:1])} occurs twice")
    for number, cells in records:
        check_length(number, cells, len(header), fail)
        yield number, dict(zip(header, cells, strict=True))


def check_length(number: int, cells: Sequence[str], length: int, fail: CsvFail) -> None:
    """Checks that a row has as many cells as the header.

    Raises:
        Exception: `fail`, if it has more or fewer.
    """
    if len(cells) != length:
        raise fail(f"row {number}", f"{counted(len(cells), 'cell')}, but the header has {length}")


def describe_columns(header: Sequence[str]) -> str:
    """Lists the columns of a header, or counts them if some cell does not look like a name.

    >>> describe_columns(["note_id", "note"]), describe_columns(["7", "The patient has a fever."])
    ('note_id, note', '2 cells that are no column names')
    """
    if all(re.fullmatch(r"[A-Za-z][\w .-]{0,39}", cell) for cell in header):
        return ", ".join(header) or "nothing"
    return counted(len(header), "cell that is no column name", "cells that are no column names")

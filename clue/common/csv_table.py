"""Strict reading of CSV files: the header has the required columns, and every row is complete.

Each caller passes the error of its own area: a function of the place in the file and the problem.
Messages contain no cell of a row, and of a header only the names that the reader knows, because the
first row of a wrong file may be clinical text.
"""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

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
        present = describe_columns(header, columns)
        raise fail("row 1", f"no column {', '.join(absent)}; found {present}")
    repeated = [name for name in columns or header if header.count(name) > 1]
    if repeated:
        shown = repeated[0] if columns else f"number {header.index(repeated[0]) + 1}"
        raise fail("row 1", f"the column {shown} occurs twice")
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


def describe_columns(header: Sequence[str], known: Collection[str]) -> str:
    """Lists the columns that a reader knows and counts the others, which may be clinical text.

    >>> describe_columns(["note_id", "sepsis", "fever"], ["note_id", "text"])
    'note_id and 2 other columns'
    """
    names = [name for name in header if name in known]
    others = counted(len(header) - len(names), "other column")
    if not names:
        return others if header else "nothing"
    return f"{', '.join(names)} and {others}" if len(names) < len(header) else ", ".join(names)

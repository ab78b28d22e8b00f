"""Strict reader of a table of one's own: CSV, JSON lines or Parquet.

Every error names file, row and column, and quotes no cell: it may be clinical text.
"""

import codecs
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.common import bounds, csv_table
from clue.common.csv_table import describe_columns
from clue.data.left_out import LeftOut
from clue.data.readers import is_empty, json_lines, open_bytes, open_text, text_lines
from clue.errors import DataError

Rows = Iterator[tuple[int, Mapping[str, Any]]]
"""Number of a row, and its values by column."""


def table_rows(
    path: Path, columns: Iterable[str], left_out: LeftOut | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the number of each row and the stripped texts of the columns; whole numbers are texts.

    The header of a CSV file is row 1. Rows of JSON lines and Parquet count from 1.

    Args:
        path: of the file.
        columns: names of the columns.
        left_out: counts the rows that are blank in every column, which are ignored; None: such rows
            are errors.

    Raises:
        DataError: the file is in no known format, cut short or not UTF-8; a column is missing or
            occurs twice, a row has another number of cells, a cell is empty or no text.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix not in FORMATS:
        raise DataError(f"{path} is no table: its name ends in none of {', '.join(FORMATS)}")
    names = list(dict.fromkeys(columns))
    for number, row in FORMATS[suffix](path, names):
        if left_out is not None and row and all(map(is_empty, row.values())):
            left_out.add_blank()
            continue
        yield number, {name: _text(row, name, f"{path}: row {number}", names) for name in names}


def _text(row: Mapping[str, Any], name: str, where: str, names: Collection[str]) -> str:
    if name not in row:
        present = describe_columns(list(row), names)
        raise DataError(f"{where}: no column {name}; found {present}")
    value = row[name]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str | None):
        raise DataError(f"{where}, column {name} is no text but {type(value).__name__}")
    if value is None or not value.strip():
        raise DataError(f"{where}, column {name} is empty")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{where}, column {name} has half of a surrogate pair") from error
    return value.strip()


def _csv_rows(path: Path, columns: Sequence[str]) -> Rows:
    def fail(position: str, problem: str) -> DataError:
        return DataError(
            f"{path}: {position}: {problem}. In a CSV file commas separate cells, and quotation "
            "marks enclose a cell with a comma or a line break"
        )

    _check_encoding(path)
    with open_text(path) as text:
        yield from csv_table.csv_rows(text_lines(path, text), fail, columns)


def _json_rows(path: Path, columns: Sequence[str]) -> Rows:
    _check_encoding(path)
    yield from json_lines(path)


def parquet_rows(path: Path, columns: Sequence[str], lists: Collection[str] = ()) -> Rows:
    """Yields the number of each row of a Parquet file, from 1, and its values as they are.

    Args:
        path: of the file.
        columns: names of the columns; they hold texts or whole numbers.
        lists: those of them that hold lists of texts.

    Raises:
        DataError: the file is damaged, a column is missing or of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def fail(problem: str) -> DataError:
        return DataError(f"{path} {problem}")

    try:
        bounds.check_regular(path, fail)
        with pq.ParquetFile(path) as file:
            _check_types(path, file.schema_arrow, columns, lists)
            bounds.check_row_groups(file.metadata, fail)
            number = 0
            for batch in file.iter_batches(columns=list(columns)):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = "not a Parquet file, cut short or damaged"
        problem = f"{path} cannot be read ({type(error).__name__}): {reason}"
        raise DataError(problem) from None  # the cause may quote a value


def _check_types(
    path: Path, schema: Any, columns: Sequence[str], lists: Collection[str] = ()
) -> None:
    import pyarrow.types as types

    for name in columns:
        count = schema.names.count(name)
        if count != 1:
            problem = f"the column {name} occurs twice" if count else f"no column {name}"
            raise DataError(f"{path}: {problem}; found {describe_columns(schema.names, columns)}")
        kind = schema.field(name).type
        is_nested = types.is_list(kind) if name in lists else types.is_dictionary(kind)
        values = kind.value_type if is_nested else kind
        allowed = (types.is_string, types.is_large_string, types.is_integer)
        is_right = any(is_kind(values) for is_kind in allowed)
        if not is_right or (name in lists and not is_nested):
            shown = str(kind).partition("<")[0]  # the rest has the names of its fields
            expected = "a list of texts" if name in lists else "text"
            raise DataError(f"{path}: column {name} is of type {shown}: it must be {expected}")


def _check_encoding(path: Path) -> None:
    with open_bytes(path) as file:
        content = file.read().removeprefix(codecs.BOM_UTF8)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}: line {line} is not UTF-8: save the file as UTF-8 (CSV UTF-8 in a spreadsheet "
            "program)"
        ) from None  # the cause quotes the text


FORMATS: Mapping[str, Callable[[Path, Sequence[str]], Rows]] = {
    ".csv": _csv_rows,
    ".jsonl": _json_rows,
    ".ndjson": _json_rows,
    ".parquet": parquet_rows,
}
"""Reader by the ending of the file's name; text may be packed as .gz."""

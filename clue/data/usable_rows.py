"""Rows of a released CSV file that can be asked and scored; the others are counted."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from clue.data.left_out import LeftOut
from clue.data.readers import csv_cells, is_empty


def usable_rows(
    path: Path,
    columns: Sequence[str],
    left_out: LeftOut,
    *,
    inputs: Sequence[str],
    reference: str,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the row number, where the header is row 1, and all cells of each usable row.

    Args:
        path: of the file.
        columns: columns that the file must have.
        left_out: counts blank rows, which are ignored, and rows without a reference or an input.
        inputs: columns of the inputs; one of them must have text.
        reference: column of the reference.

    Raises:
        DataError: a column is missing or occurs twice, or a row is too short or too long.
    """
    for number, row in csv_cells(path, columns):
        if all(map(is_empty, row.values())):
            left_out.add_blank()
        elif is_empty(row[reference]):
            left_out.add(f"row {number}", "without a reference")
        elif all(is_empty(row[name]) for name in inputs):
            left_out.add(f"row {number}", "without an input")
        else:
            yield number, row


def unix_lines(text: str) -> str:
    r"""Returns the text with line feeds at its line ends: one release has Windows' in some files.

    >>> unix_lines("Doctor: Hello.\r\nPatient: Hi.")
    'Doctor: Hello.\nPatient: Hi.'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")

"""Rows and numbers of CSV files of estimates; a malformed file is an error with its place.

Messages name row and column but contain no cell: the wrong file may contain anything.
"""

import math
from pathlib import Path

from clue.common import bounds
from clue.common.csv_table import CsvFail, csv_records
from clue.errors import ClueError

NumberedCells = tuple[int, list[str]]
"""Row number in the file and cells."""


class EstimatesError(ClueError):
    """A file of estimates or of their covariance cannot be used; names row and column."""

    def __init__(self, position: str, problem: str) -> None:
        super().__init__(
            f"{position}: {problem}; for the format see `python -m analysis meta --help`"
        )


def errors_in(path: Path) -> CsvFail:
    """Returns the function that creates errors of a file, from the place in it and the problem."""
    return lambda position, problem: EstimatesError(f"{path}, {position}", problem)


def rows(path: Path) -> list[NumberedCells]:
    """Reads the rows that are not empty, with stripped cells.

    Raises:
        EstimatesError: the file cannot be read, is no CSV or is empty.
    """

    def fail(problem: str) -> EstimatesError:
        return EstimatesError(str(path), problem)

    try:
        with bounds.open_bounded_text(path, fail) as text:
            stripped = [
                (number, [cell.strip() for cell in cells])
                for number, cells in csv_records(bounds.text_lines(text, fail), errors_in(path))
            ]
    except OSError as error:
        raise EstimatesError(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise EstimatesError(str(path), "is not a text file in UTF-8") from error
    records = [(number, cells) for number, cells in stripped if any(cells)]
    if not records:
        raise EstimatesError(str(path), "is empty")
    return records


def number(position: str, cell: str) -> float:
    """Parses a finite number.

    Raises:
        EstimatesError: it is none.
    """
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EstimatesError(position, "a finite number is needed here")
    return value

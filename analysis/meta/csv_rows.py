"""Rows and numbers of CSV files; what is malformed is an error with its place.

Messages name row and column and show no cell: the wrong file may hold anything.
"""

import csv
import math
from pathlib import Path

from clue.errors import ClueError

Row = tuple[int, list[str]]
"""Line number in the file and cells."""


class EstimatesError(ClueError):
    """A file of estimates or of their covariance cannot be used; names row and column."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}; what is read: `python -m analysis meta --help`")


def rows(path: Path) -> list[Row]:
    """Rows that are not empty, cells stripped.

    Raises:
        EstimatesError: the file cannot be read, is no CSV or is empty.
    """
    found = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    found.append((reader.line_num, stripped))
    except OSError as error:
        raise EstimatesError(str(path), f"cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise EstimatesError(str(path), "is not a CSV file in UTF-8") from error
    if not found:
        raise EstimatesError(str(path), "is empty")
    return found


def number(place: str, cell: str) -> float:
    """A finite number.

    Raises:
        EstimatesError: it is none.
    """
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EstimatesError(place, "a finite number is needed here")
    return value

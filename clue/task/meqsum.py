"""MeQSum: condense a consumer's health question into one line.

Ben Abacha and Demner-Fushman, ACL 2019, P19-1215.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clue.errors import DataError
from clue.records import Sample

DATASET = "meqsum"
COLUMNS = ("File", "CHQ", "Summary")
VERSIONS = {"read": 1, "parse": 1, "behaviour": 1}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""


def read(path: Path) -> list[Sample]:
    """Samples of the official workbook, in its order; `File` is the id, questions are independent.

    Raises:
        DataError: not a workbook, a column is missing, a cell is empty, an id stands twice; names
        row and column.
    """
    samples: dict[str, Sample] = {}
    for number, (name, question, summary) in _rows(path):
        if name in samples:
            raise DataError(
                f"{path}: row {number}: the id {name!r} in column File stands in an earlier row too"
            )
        samples[name] = Sample(id=name, fields={"question": question}, target=summary, cluster=name)
    if not samples:
        raise DataError(f"{path}: the sheet has a header and no rows")
    return list(samples.values())


def parse(text: str, sample: Sample) -> str | None:
    """The answer is the whole text; None where there is none."""
    return text.strip() or None


def behaviour(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Whether the text is one line that ends as a question."""
    return {"format_followed": answer is not None and bool(re.fullmatch(r"[^\n]+\?", answer))}


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Excel row number and the stripped texts of COLUMNS; wholly empty rows are no rows."""
    sheet = _sheet(path)
    header = next(sheet.iter_rows(max_row=1, values_only=True), ())
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        found = ", ".join(str(cell) for cell in header if cell is not None) or "nothing"
        raise DataError(f"{path}: row 1: no column {', '.join(missing)}; found {found}")
    places = [header.index(column) for column in COLUMNS]
    rows = sheet.iter_rows(min_row=2, max_col=max(places) + 1, values_only=True)
    for number, row in enumerate(rows, start=2):
        cells = [row[place] if place < len(row) else None for place in places]
        if any(cell is not None for cell in cells):
            yield (
                number,
                tuple(_text(path, number, *pair) for pair in zip(COLUMNS, cells, strict=True)),
            )


def _sheet(path: Path) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except (
        Exception
    ) as error:  # openpyxl lets zip, XML and key errors through, each for the same reason
        raise DataError(
            f"{path} is not an Excel workbook that can be read ({error}); download it again"
        ) from error


def _text(path: Path, row: int, column: str, cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    if not text:
        raise DataError(f"{path}: row {row}, column {column} is empty")
    return text

"""MeQSum: condense a consumer's health question into one line.

Ben Abacha and Demner-Fushman, ACL 2019, P19-1215.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clue.common import bounds
from clue.common.csv_table import describe_columns
from clue.data.left_out import LeftOut, Samples
from clue.data.readers import is_empty
from clue.errors import DataError
from clue.records import Sample
from clue.task.answers.thoughts import free_text

DATASET = "meqsum"
COLUMNS = ("File", "CHQ", "Summary")
VERSIONS = {"read": 1, "parse": 2, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the official workbook in its order; `File` is the id, questions are independent.

    Rows without a summary are left out, blank rows are ignored; both are counted.

    Raises:
        DataError: not a workbook, a column is missing, another cell is empty, an id occurs twice;
            names row and column.
    """
    samples: dict[str, Sample] = {}
    left_out = LeftOut()
    for number, (name, question, summary) in _rows(path, left_out):
        if name in samples:
            raise DataError(
                f"{path}: row {number}: the id {name!r} in column File is in an earlier row too"
            )
        samples[name] = Sample(id=name, fields={"question": question}, target=summary, cluster=name)
    if not samples:
        raise DataError(f"{path}: the sheet has a header and no rows")
    return Samples(samples.values(), left_out)


def parse(text: str, sample: Sample) -> str | None:
    """Returns the text without thoughts as the answer; None if it is blank.

    >>> parse("  How is gout treated? ", Sample("1", {}, "", "1"))
    'How is gout treated?'
    """
    return free_text(text)


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is one line that ends with a question mark."""
    return {"format_followed": answer is not None and bool(re.fullmatch(r"[^\n]+\?", answer))}


def _rows(path: Path, left_out: LeftOut) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yields the row number in Excel and the texts of COLUMNS, the id stripped."""
    sheet = _sheet(path)
    header = next(sheet.iter_rows(max_row=1, values_only=True), ())
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        present = describe_columns([str(cell) for cell in header if cell is not None], COLUMNS)
        raise DataError(f"{path}: row 1: no column {', '.join(missing)}; found {present}")
    for column in COLUMNS:
        if header.count(column) > 1:
            raise DataError(f"{path}: row 1: the column {column} occurs twice")
    indices = [header.index(column) for column in COLUMNS]
    for number, row in enumerate(sheet.iter_rows(min_row=2), start=2):
        cells = [row[index] if index < len(row) else None for index in indices]
        if all(cell is None or is_empty(cell.value) for cell in cells):
            left_out.add_blank()
        elif cells[2] is None or is_empty(cells[2].value):
            left_out.add(f"row {number}", "without a reference")
        else:
            texts = [_text(path, number, *pair) for pair in zip(COLUMNS, cells, strict=True)]
            yield number, (texts[0].strip(), *texts[1:])


def _sheet(path: Path) -> Any:
    import openpyxl

    def fail(problem: str) -> DataError:
        return DataError(f"{path} {problem}")

    try:
        bounds.check_regular(path, fail)
        bounds.check_zip(path, fail)
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # the file's own statement of its size may leave rows out
        return sheet
    except DataError:
        raise
    except Exception as error:  # openpyxl raises zip, XML and key errors for the same reason
        raise DataError(
            f"{path} is not an Excel workbook that can be read ({error}); download it again"
        ) from error


def _text(path: Path, row: int, column: str, cell: Any) -> str:
    if cell is not None and cell.data_type == "e":
        raise DataError(f"{path}: row {row}, column {column} is an error of a formula")
    text = "" if cell is None or cell.value is None else str(cell.value)
    if is_empty(text):
        raise DataError(f"{path}: row {row}, column {column} is empty")
    return text

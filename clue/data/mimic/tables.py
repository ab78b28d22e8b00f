"""MIMIC-IV's tables: gigabytes that are read once, row by row, with a progress display."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path, PosixPath
from typing import Any

from clue.common.progress import Update, file_display
from clue.data.readers import csv_rows
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError

log = logging.getLogger(__name__)

NOTE_COLUMNS = ("note_id", "subject_id", "hadm_id", "note_type", "text")
SUMMARY = "DS"
"""`note_type` of a discharge summary; an addendum (`AD`) is no letter of its own."""
READ_BYTES = 2**20
TABLE_BYTES = 2**36
"""Bound of an unpacked table; the largest of the release has 3.3 GB and is read row by row."""

Rows = Iterator[tuple[int, dict[str, str]]]
"""Row number and the texts of the requested columns, as `csv_rows` yields them."""


@dataclass(frozen=True, slots=True)
class Note:
    """A discharge summary."""

    row: int
    note_id: str
    subject_id: int
    hadm_id: int
    text: str


@contextmanager
def open_notes(path: Path, counts: Counter[str]) -> Iterator[Iterator[Note]]:
    """Opens `discharge.csv.gz`; yields its discharge summaries one at a time.

    Raises:
        DataError: a column is missing, a cell is empty, an id is no number, a `note_id` is in two
            rows, the file is cut short.
    """
    with open_table(path, NOTE_COLUMNS) as rows:
        yield _notes(path, rows, counts)


@contextmanager
def open_table(path: Path, columns: Sequence[str]) -> Iterator[Rows]:
    """Opens a table; shows the share of the (compressed) file that is read.

    Raises:
        DataError: as `csv_rows`, while the rows are read.
    """
    total = path.stat().st_size if path.is_file() else None  # `csv_rows` reports a missing file
    with file_display(path.name, total) as update:
        watched = _WatchedPath(path)
        watched.update = update
        yield csv_rows(watched, columns, TABLE_BYTES)


def integer(row: Mapping[str, str], name: str, where: tuple[Path, int]) -> int:
    """Parses the whole number in a column; errors quote no cell, which may be clinical text.

    Raises:
        DataError: the cell is no whole number, or has more than nine digits.
    """
    if not re.fullmatch(r"[0-9]{1,9}", row[name]):
        path, number = where
        raise DataError(f"{path}: row {number}, field {name} is no number of up to nine digits")
    return int(row[name])


class _WatchedPath(PosixPath):
    """Path whose readers update a display: `csv_rows` opens the file itself."""

    update: Update

    def open(self, *arguments: Any, **options: Any) -> Any:
        return BufferedReader(_WatchedFile(self, self.update), READ_BYTES)


class _WatchedFile(FileIO):
    """File that updates a display after each read."""

    def __init__(self, path: Path, update: Update) -> None:
        super().__init__(path)
        self.update = update

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer)
        self.update(self.tell())
        return size


def _notes(path: Path, rows: Rows, counts: Counter[str]) -> Iterator[Note]:
    seen: set[str] = set()
    for number, row in rows:
        where, note_id = (path, number), row["note_id"]
        if note_id in seen:
            raise DataError(f"{path}: row {number}: its note_id is in another row too")
        seen.add(note_id)
        counts["notes read"] += 1
        subject, admission = integer(row, "subject_id", where), integer(row, "hadm_id", where)
        if row["note_type"] == SUMMARY:
            yield Note(number, note_id, subject, admission, row["text"])
        else:
            counts["notes that are no discharge summary, left out"] += 1
    official = DATASETS["mimic"].rows["notes"]
    if counts["notes read"] != official and not path.is_relative_to(DEMO):
        log.warning("%s: the release has %d rows; is the file complete?", path, official)

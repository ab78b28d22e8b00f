"""MIMIC-IV's tables: gigabytes that are read row by row, once, while a bar says how far."""

import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PosixPath
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from clue.common.progress import LOG_SECONDS
from clue.data.readers import csv_rows
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError

log = logging.getLogger(__name__)

NOTE_COLUMNS = ("note_id", "subject_id", "hadm_id", "note_type", "text")
SUMMARY = "DS"
"""`note_type` of a discharge summary; an addendum (`AD`) is no letter of its own."""
READ_BYTES = 2**20

Rows = Iterator[tuple[int, dict[str, str]]]
"""Row number and the texts of the columns asked for, as `csv_rows` gives them."""


@dataclass(frozen=True, slots=True)
class Note:
    """A discharge summary."""

    row: int
    note_id: str
    subject_id: int
    hadm_id: int
    text: str


@contextmanager
def notes(path: Path, counts: Counter[str]) -> Iterator[Iterator[Note]]:
    """The discharge summaries of `discharge.csv.gz`, one at a time.

    Raises:
        DataError: a column is missing, a cell empty, an id no number, a `note_id` stands twice, the
        file is cut short.
    """
    with table(path, NOTE_COLUMNS) as rows:
        yield _notes(path, rows, counts)


@contextmanager
def table(path: Path, columns: Sequence[str]) -> Iterator[Rows]:
    """The rows of a table; shows the share of the (packed) file that was read.

    Raises:
        DataError: as `csv_rows`, while the rows are read.
    """
    columns_shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns_shown, console=console, disable=not sys.stderr.isatty()) as progress:
        watched = _Watched(path)
        watched.progress = progress
        yield _told(path.name, csv_rows(watched, columns), progress)


def whole(row: Mapping[str, str], name: str, where: tuple[Path, int]) -> int:
    """The whole number in a column; the message quotes no cell, it might be a text's beginning.

    Raises:
        DataError: it is none, or has more than nine digits.
    """
    if not re.fullmatch(r"[0-9]{1,9}", row[name]):
        path, number = where
        raise DataError(f"{path}: row {number}, field {name} is no number of up to nine digits")
    return int(row[name])


class _Watched(PosixPath):
    """A path whose readers move a bar: `csv_rows` opens the file itself."""

    progress: Progress

    def open(self, *arguments: Any, **options: Any) -> Any:
        raw: Any = self.progress.open(self, "rb", description=self.name)
        return BufferedReader(raw, READ_BYTES)


def _told(name: str, rows: Rows, progress: Progress) -> Rows:
    """The rows; without a terminal a line now and then instead of a bar."""
    said = time.monotonic()
    for each in rows:
        yield each
        if progress.disable and time.monotonic() - said > LOG_SECONDS:
            said = time.monotonic()
            log.info("%s: %.0f %% read, row %d", name, progress.tasks[0].percentage, each[0])


def _notes(path: Path, rows: Rows, counts: Counter[str]) -> Iterator[Note]:
    seen: set[str] = set()
    for number, row in rows:
        where, note_id = (path, number), row["note_id"]
        if note_id in seen:
            raise DataError(f"{path}: row {number}: its note_id stands in another row too")
        seen.add(note_id)
        counts["notes read"] += 1
        subject, admission = whole(row, "subject_id", where), whole(row, "hadm_id", where)
        if row["note_type"] == SUMMARY:
            yield Note(number, note_id, subject, admission, row["text"])
        else:
            counts["notes that are no discharge summary, left out"] += 1
    official = DATASETS["mimic"].rows["notes"]
    if counts["notes read"] != official and not path.is_relative_to(DEMO):
        log.warning("%s has not the %d rows of the release: is it whole?", path, official)

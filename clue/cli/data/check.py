"""Checks of a file against its release: read strictly to the last row, the result cached."""

import importlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

from clue.common.file_cache import cached_text, checksum
from clue.data.registry import Dataset
from clue.errors import DataError

VERSIONS = {"read": 1}
"""Version of `count_rows` for MIMIC's files; cached results are stored under it."""
MIMIC = {
    "notes": ("note_id", "subject_id", "hadm_id", "note_type", "note_seq", "charttime", "text"),
    "diagnoses": ("subject_id", "hadm_id", "seq_num", "icd_code", "icd_version"),
}
"""Columns that no row leaves empty. `storetime` may be empty: MIMIC's own schema allows NULL."""


@dataclass(frozen=True)
class FileContent:
    """Size, checksum and rows of a file."""

    bytes: int
    sha256: str
    rows: int | None
    """None: the file is malformed."""
    error: str | None
    """Reason why it is malformed."""


def count_rows(dataset: Dataset, split: str, path: Path) -> int:
    """Returns the number of rows of a split's file; of questions for LongHealth.

    Raises:
        DataError: the file is not as its official release; names file, row and content.
    """
    if dataset.name == "mimic":
        from clue.data.mimic.tables import open_table

        with open_table(path, MIMIC[split]) as rows:
            number = sum(1 for _ in rows)
        if not number:
            raise DataError(f"{path} has no rows")
        return number
    return len(_reader(dataset).read(path))


def check_file(dataset: Dataset, split: str, path: Path, cache: Path) -> FileContent:
    """Reads a file to its end; the result is cached until the file or its reader changes.

    Raises:
        DataError: the file cannot be read at all.
    """

    def compute() -> str:
        return json.dumps(asdict(_read(dataset, split, path)))

    reader = [dataset.name, _reader(dataset).VERSIONS["read"]]
    return FileContent(**json.loads(cached_text(path, cache, [split, *reader], compute)))


def _read(dataset: Dataset, split: str, path: Path) -> FileContent:
    try:
        size, sha256 = path.stat().st_size, checksum(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return FileContent(size, sha256, count_rows(dataset, split, path), None)
    except DataError as error:
        return FileContent(size, sha256, None, str(error))


def _reader(dataset: Dataset) -> ModuleType:
    name = "clue.cli.data.check" if dataset.name == "mimic" else f"clue.task.{dataset.name}"
    return importlib.import_module(name)

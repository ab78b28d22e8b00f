"""Checks of a file against its release: read strictly to the last row, the result cached."""

import importlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from clue.common.file_cache import cached_text, checksum
from clue.config.schema import TaskConf
from clue.data.left_out import Samples
from clue.data.registry import Dataset
from clue.errors import DataError
from clue.records import sha256
from clue.task import table
from clue.task.task_data import files_read

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

    Rows that are left out for their content count: they do not show a damaged file.

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
    samples: Samples = _reader(dataset).read(path)
    return samples.rows


def check_file(dataset: Dataset, split: str, path: Path, cache: Path) -> FileContent:
    """Reads a file to its end; the result is cached until the file or its reader changes.

    Raises:
        DataError: the file cannot be read at all.
    """
    reader = _reader(dataset)
    key = [split, dataset.name, reader.VERSIONS["read"], *_others(reader, path)]
    return _checked(path, cache, key, partial(count_rows, dataset, split, path))


def check_table(conf: TaskConf, path: Path, cache: Path) -> FileContent:
    """Reads the table of a task to its end; the result is cached as that of `check_file`.

    Raises:
        DataError: the file cannot be read at all.
        ConfigError: the task file gives no kind of answer.
    """
    reader = table.of_answer(conf)
    key = ["table", reader.VERSIONS["read"], sha256(asdict(conf))]
    return _checked(path, cache, key, lambda: len(reader.read(path)))


def _others(reader: ModuleType, path: Path) -> list[str]:
    """Checksums of the other files that are read together with a file."""
    try:
        return [checksum(other) for other in files_read(reader, path)[1:] if other.is_file()]
    except DataError:
        return []


def _checked(path: Path, cache: Path, key: list[Any], count: Callable[[], int]) -> FileContent:
    """Returns the content of a file, cached under the key of its reader."""

    def compute() -> str:
        return json.dumps(asdict(_read(path, count)))

    return FileContent(**json.loads(cached_text(path, cache, key, compute)))


def _read(path: Path, count: Callable[[], int]) -> FileContent:
    try:
        size, digest = path.stat().st_size, checksum(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return FileContent(size, digest, count(), None)
    except DataError as error:
        return FileContent(size, digest, None, str(error))


def _reader(dataset: Dataset) -> ModuleType:
    name = "clue.cli.data.check" if dataset.name == "mimic" else f"clue.task.{dataset.name}"
    return importlib.import_module(name)

"""Is a file what its release says? Read strictly to the last row, then remembered."""

import importlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

from clue.common.file_cache import cached_text, checksum
from clue.data.registry import Dataset
from clue.errors import DataError

VERSIONS = {"read": 1}
"""Version of `rows` for MIMIC's files: what it found is remembered under it."""
MIMIC = {
    "notes": ("note_id", "subject_id", "hadm_id", "note_type", "note_seq", "charttime", "text"),
    "diagnoses": ("subject_id", "hadm_id", "seq_num", "icd_code", "icd_version"),
}
"""Columns that no row leaves empty. `storetime` may be: MIMIC's own schema allows it NULL."""


@dataclass(frozen=True)
class Measured:
    """What a file holds."""

    bytes: int
    sha256: str
    rows: int | None
    """None: malformed."""
    error: str | None
    """Why it is malformed."""


def rows(dataset: Dataset, split: str, path: Path) -> int:
    """Number of rows of a split's file; questions for LongHealth.

    Raises:
        DataError: the file is not as its official release; names file, row and what was found.
    """
    if dataset.name == "mimic":
        from clue.data.mimic.tables import table

        with table(path, MIMIC[split]) as found:
            number = sum(1 for _ in found)
        if not number:
            raise DataError(f"{path} has no rows")
        return number
    return len(_reader(dataset).read(path))


def measure(dataset: Dataset, split: str, path: Path, cache: Path) -> Measured:
    """Size, checksum and rows, remembered in `cache` until the file or its reader changes.

    Raises:
        DataError: the file cannot be read at all.
    """

    def compute() -> str:
        return json.dumps(asdict(_measured(dataset, split, path)))

    reader = [dataset.name, _reader(dataset).VERSIONS["read"]]
    return Measured(**json.loads(cached_text(path, cache, [split, *reader], compute)))


def _measured(dataset: Dataset, split: str, path: Path) -> Measured:
    try:
        size, digest = path.stat().st_size, checksum(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return Measured(size, digest, rows(dataset, split, path), None)
    except DataError as error:
        return Measured(size, digest, None, str(error))


def _reader(dataset: Dataset) -> ModuleType:
    name = "clue.cli.data.check" if dataset.name == "mimic" else f"clue.task.{dataset.name}"
    return importlib.import_module(name)

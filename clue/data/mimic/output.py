"""Output of a built data set: atomic, readable by its owner only, never over a file."""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.common.atomic_write import write_atomic
from clue.common.file_cache import checksum
from clue.data.registry import DATASETS, DEMO
from clue.errors import ConfigError, DataError

log = logging.getLogger(__name__)


def positive_integer(text: str) -> int:
    """Parses a number of at least one, from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)


def destination(out: Path | None, root: Path, dataset: str) -> Path:
    """Returns the file to write: `out`, otherwise the official path under the data folder.

    Raises:
        ConfigError: the file would be among the package's fictional data.
        DataError: the file exists.
    """
    path = out or root / dataset / DATASETS[dataset].files["test"]
    if path.resolve().is_relative_to(DEMO):
        raise ConfigError("the package's own data stay as they are; name a file with --out")
    _refuse_existing(path)
    return path


def write_dataset(
    path: Path, rows: Sequence[Mapping[str, Any]], requested: int, counts: Mapping[str, int]
) -> str:
    """Writes a JSON array; returns the counts, digest and path, to be printed.

    Args:
        path: file to write.
        rows: entries of the array.
        requested: number of rows that the user requested; the log warns of fewer.
        counts: numbers by description, counted by the builder.

    Raises:
        DataError: the file exists by now.
        StoreError: the file cannot be written.
    """
    _refuse_existing(path)
    if len(rows) < requested:
        log.warning("%d rows were requested; there are only %d", requested, len(rows))
    write_atomic(path, json.dumps(rows, indent=1, ensure_ascii=False).encode())
    lines = [f"{number:9,} {description}" for description, number in counts.items()]
    return "\n".join([*lines, f"sha256 {checksum(path)}", f"written: {path}"])


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise DataError(f"{path} exists; move it away or name another file with --out")

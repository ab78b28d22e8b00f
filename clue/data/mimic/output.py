"""Where a built data set goes, and how it is written: whole, for its owner only, over nothing."""

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


def count(text: str) -> int:
    """A number of at least one, from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def destination(out: Path | None, root: Path, dataset: str) -> Path:
    """The file to write: the one named, else the data set's own under the data folder.

    Raises:
        ConfigError: it would lie among the package's fictional data.
        DataError: it exists.
    """
    path = out or root / dataset / DATASETS[dataset].files["test"]
    if path.resolve().is_relative_to(DEMO):
        raise ConfigError("the package's data are not written to; name a file with --out")
    _refuse_existing(path)
    return path


def write(
    path: Path, rows: Sequence[Mapping[str, Any]], wished: int, counts: Mapping[str, int]
) -> str:
    """Write a JSON array; returns the counts, digest and path, to be printed.

    Args:
        path: where.
        rows: its entries.
        wished: how many were asked for; fewer are said in the log.
        counts: what was counted on the way.

    Raises:
        DataError: the file exists by now.
        StoreError: it cannot be written.
    """
    _refuse_existing(path)
    if len(rows) < wished:
        log.warning("%d were asked for; there are only %d", wished, len(rows))
    write_atomic(path, json.dumps(rows, indent=1, ensure_ascii=False).encode())
    said = [f"{number:9,} {what}" for what, number in counts.items()]
    return "\n".join([*said, f"sha256 {checksum(path)}", f"written: {path}"])


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise DataError(f"{path} exists; move it away or name another file with --out")

"""Checksums of files, and results computed from a file, cached by its path, size and time."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import sha256

log = logging.getLogger(__name__)

DIGITS = 16
"""Hex digits of a digest of several files."""


def checksum(path: Path) -> str:
    """Sha256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(paths: Sequence[Path], cache: Path) -> str:
    """Of the files' names and contents, as short hex; each is read once, then remembered."""
    sums = [
        [path.name, cached_text(path, cache, ["sha256"], partial(checksum, path))] for path in paths
    ]
    return sha256(sums)[:DIGITS]


def cached_text(path: Path, cache: Path, of: Sequence[str], compute: Callable[[], str]) -> str:
    """The computed text, from `<cache>/files` if the file is as it was then.

    Args:
        path: the file that it is computed from.
        cache: where notes are kept; one that cannot be written only costs time.
        of: what else the result depends on.
        compute: reads the file.
    """
    stat = path.stat()
    key = [str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino, *of]
    note = cache / "files" / sha256(key)
    if note.is_file():
        return note.read_text()
    found = compute()
    try:
        write_atomic(note, found.encode())
    except StoreError:
        log.warning("%s cannot be written: %s is read again next time", cache, path.name)
    return found

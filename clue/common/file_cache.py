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


def cached_checksum(path: Path, cache: Path) -> str:
    """Sha256 of a file's bytes, as hex; a file that is unchanged since then is not read again."""
    return cached_text(path, cache, ["sha256"], partial(checksum, path))


def digest(paths: Sequence[Path], cache: Path, digits: int = DIGITS) -> str:
    """Digest of the files' names and contents, as `digits` hex digits; reads each file once."""
    return sha256([[path.name, cached_checksum(path, cache)] for path in paths])[:digits]


def cached_text(path: Path, cache: Path, of: Sequence[str], compute: Callable[[], str]) -> str:
    """Returns the computed text, from `<cache>/files` if the file has not changed.

    Args:
        path: the file that the text is computed from.
        cache: folder of the cache. If it cannot be written, the text is computed again next time.
        of: what else the result depends on.
        compute: reads the file.
    """
    stat = path.stat()
    key = [str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino, *of]
    entry = cache / "files" / sha256(key)
    if entry.is_file():
        return entry.read_text()
    text = compute()
    try:
        write_atomic(entry, text.encode())
    except StoreError:
        log.warning("%s cannot be written: %s is read again next time", cache, path.name)
    return text

"""Checksums of files, and results computed from a file, cached by its path, size and times.

A cached text has a checksum of its own: a damaged one is computed again.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import sha256

log = logging.getLogger(__name__)

DIGITS = 16
"""Hex digits of a digest of several files."""
FOLDER = "files"
"""Folder of the cached texts in the cache."""
SUFFIX = ".checked"
"""Ending of a cached text with a checksum; those of earlier versions have none and are not read."""


def checksum(path: Path) -> str:
    """Sha256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_of_all(paths: Sequence[Path]) -> str:
    """Sha256 of one file's bytes, as hex; of several files that of their digests in this order."""
    checksums = [checksum(path) for path in paths]
    return checksums[0] if len(checksums) == 1 else sha256(checksums)


def cached_checksum(path: Path, cache: Path) -> str:
    """Sha256 of a file's bytes, as hex; a file that is unchanged since then is not read again."""
    return cached_text(path, cache, ["sha256"], partial(checksum, path))


def digest(
    paths: Sequence[Path], cache: Path, digits: int = DIGITS, root: Path | None = None
) -> str:
    """Digest of the files' names and contents, as `digits` hex digits; reads each file once.

    Args:
        paths: the files.
        cache: folder of the cache.
        digits: length of the digest.
        root: names are paths below this folder; None: they are without a folder.
    """
    names = [path.relative_to(root).as_posix() if root else path.name for path in paths]
    checksums = [cached_checksum(path, cache) for path in paths]
    return sha256([list(pair) for pair in zip(names, checksums, strict=True)])[:digits]


def cached_text(path: Path, cache: Path, of: Sequence[str], compute: Callable[[], str]) -> str:
    """Returns the computed text, from `<cache>/files` if the file has not changed.

    Args:
        path: the file that the text is computed from.
        cache: folder of the cache. If it cannot be written, the text is computed again next time.
        of: what else the result depends on.
        compute: reads the file.
    """
    stat = path.stat()
    times = (stat.st_mtime_ns, stat.st_ctime_ns)  # a copy can keep the first, nothing the second
    key = [str(path.resolve()), stat.st_size, *times, stat.st_ino, *of]
    entry = cache / FOLDER / f"{sha256(key)}{SUFFIX}"
    stored = _read(entry)
    if stored is not None:
        return stored
    if entry.exists():
        log.warning("%s is damaged: %s is read again", entry, path.name)
    text = compute()
    try:
        write_atomic(entry, f"{_check(entry, text)}\n{text}".encode())
    except StoreError:
        log.warning("%s cannot be written: %s is read again next time", cache, path.name)
    return text


def damaged_entries(cache: Path) -> Iterator[Path]:
    """Yields the cached texts whose checksum is wrong."""
    for entry in sorted((cache / FOLDER).glob(f"*{SUFFIX}")):
        if _read(entry) is None:
            yield entry


def _read(entry: Path) -> str | None:
    """The cached text; None if there is none or its checksum is wrong."""
    try:
        check, _, text = entry.read_bytes().decode().partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if check == _check(entry, text) else None


def _check(entry: Path, text: str) -> str:
    """Checksum of a cached text and of what it belongs to."""
    return sha256([entry.name, text])

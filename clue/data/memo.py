"""What was once computed from a file, kept by its path, size and time."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from clue.errors import StoreError
from clue.records import sha256
from clue.store import write_atomic

log = logging.getLogger(__name__)


def remembered(path: Path, cache: Path, of: Sequence[str], compute: Callable[[], str]) -> str:
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

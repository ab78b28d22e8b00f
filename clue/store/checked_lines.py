"""A file of JSON lines, each with its own checksum: appended as they come, read after a crash.

A line is written with one call, so that a kill cuts at most the last one, which the next start
removes. More than one damaged line at the end is moved aside: no kill leaves that. A damaged line
in the middle is an error.
"""

import json
import logging
import os
import shlex
import time
import zlib
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, explain_write_errors, write_all, write_atomic
from clue.errors import StoreError

log = logging.getLogger(__name__)

DAMAGED = ".damaged-"
"""In the name of a file with a damaged end that was moved aside."""
SYNC_SECONDS = 1.0
"""Shortest time between two flushes to the disk."""


class CheckedLines:
    """The lines of one file.

    Args:
        path: of the file, which may be missing.
        verb: the act of a command that makes lines again, for messages.
    """

    def __init__(self, path: Path, verb: str = "generates") -> None:
        self.path = path
        self.verb = verb
        self._synced = 0.0

    def entries(self, *, repair: bool = False) -> Iterator[dict[str, Any]]:
        """Yields the entries in the order of the file, without an incomplete last line.

        Args:
            repair: remove the incomplete last line, and damage before it. Only under a lock:
                otherwise it may be the line that another process is writing.

        Raises:
            StoreError: the file cannot be read, or a line in the middle is damaged; names the line.
        """
        content = self._content()
        lines = content.split(b"\n")
        good = 0
        for number, line in enumerate(lines, start=1):
            entry = _decode(line) if number < len(lines) else None
            if entry is None:
                self._check_torn(number, lines[number:])
                if repair and content[good:]:
                    self._cut(good, content[good:])
                return
            yield entry
            good += len(line) + 1

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write one entry.

        Raises:
            StoreError: the disk is full or the file cannot be written.
        """
        line = encoded(entry)
        with explain_write_errors(self.path.parent):
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
            try:
                write_all(file, line)
                if time.monotonic() - self._synced > SYNC_SECONDS:
                    os.fsync(file)
                    self._synced = time.monotonic()
            finally:
                os.close(file)

    def discard(self) -> None:
        """Rename the file, so that its lines are made again (`force=true`)."""
        if self.path.exists():
            self.path.replace(self.path.with_suffix(f".{time.time_ns()}.jsonl"))

    def damaged_end(self) -> int:
        """Returns the bytes behind the last intact line; 0 if they are one incomplete line.

        Damage before an intact line is an error of `entries`.

        Raises:
            StoreError: the file cannot be read.
        """
        backwards = reversed(self._content().split(b"\n"))
        lines = list(takewhile(lambda line: _decode(line) is None, backwards))
        torn = b"\n".join(reversed(lines))
        return len(torn) if _is_several(torn) else 0

    def sync(self) -> None:
        """Flush the file to the disk."""
        if self.path.exists():
            file = os.open(self.path, os.O_RDONLY)
            os.fsync(file)
            os.close(file)

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except PermissionError as error:
            raise StoreError(
                f"{self.path} cannot be read: {error.strerror}; let this user read it"
            ) from error
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be read ({error.strerror}): repair or restore it; or move it "
                f"away and run the same command again, which {self.verb} its samples again"
            ) from error

    def _check_torn(self, number: int, rest: list[bytes]) -> None:
        if any(_decode(line) for line in rest):
            remedy = f"sed -i {number}d {shlex.quote(str(self.path))}"
            raise StoreError(
                f"{self.path}: line {number} is damaged and intact lines follow it: the file was "
                "changed or the disk is failing. Restore the file; or remove that line with "
                f"`{remedy}` and run the same command again, which {self.verb} its sample again; "
                "or generate all of the cell again with force=true, without shards."
            )

    def _cut(self, good: int, torn: bytes) -> None:
        """Cut the file behind its intact lines.

        Raises:
            StoreError: the file cannot be written.
        """
        with explain_write_errors(self.path.parent):
            if _is_several(torn):
                aside = self.path.with_suffix(f"{DAMAGED}{time.time_ns()}")
                write_atomic(aside, torn)
                log.warning(
                    "%s: its last %s bytes are damaged (the disk, or another program): moved to "
                    "%s. The same command %s these samples again",
                    *(self.path, f"{len(torn):,}", aside.name, self.verb),
                )
            else:
                log.warning("%s: removed an incomplete last line (%d bytes)", self.path, len(torn))
            os.truncate(self.path, good)


def _is_several(torn: bytes) -> bool:
    """Tests if the end of a file is more than the one line that a kill can cut."""
    return b"\n" in torn.rstrip(b"\n")


def encoded(entry: Mapping[str, Any]) -> bytes:
    """Returns the line of an entry."""
    return (json.dumps({**entry, "crc32": _crc(entry)}) + "\n").encode()


def _decode(line: bytes) -> dict[str, Any] | None:
    """Returns the entry of a line as it was written; None if the line is damaged."""
    try:
        entry: dict[str, Any] = json_text.parse(line)
        checksum = entry.pop("crc32")
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return entry if checksum == _crc(entry) else None


def _crc(entry: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(dict(entry)).encode())

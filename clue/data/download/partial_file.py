"""Unfinished download: its bytes, and the version on the server that they belong to."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import requests

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, write_all
from clue.errors import StoreError


@dataclass(frozen=True)
class RemoteVersion:
    """Version of a file on a server, by which a replaced file is recognised."""

    url: str
    etag: str | None
    """Strong tags only: a weak one does not promise equal bytes."""
    modified: str | None
    length: int | None
    """Bytes of the complete file."""

    @classmethod
    def of(cls, url: str, response: requests.Response) -> "RemoteVersion":
        """Reads the version from a complete (200), partial (206) or empty (416) response."""
        etag = response.headers.get("ETag")
        length = response.headers.get("Content-Length")
        if response.status_code in (206, 416):
            length = response.headers.get("Content-Range", "").rpartition("/")[2]
        return cls(
            url,
            etag if etag and not etag.startswith("W/") else None,
            response.headers.get("Last-Modified"),
            int(length) if length and length.isdigit() else None,
        )

    @property
    def validator(self) -> str | None:
        """Value of `If-Range`: the server sends the rest only of this version."""
        return self.etag or self.modified

    def agrees(self, other: "RemoteVersion") -> bool:
        """True if no field that both have differs; a 206 may omit unchanged fields."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return all(ours == theirs for ours, theirs in pairs if None not in (ours, theirs))


class PartialFile:
    """`.part-<name>` in the folder of the target; `.part-<name>.json` stores its version.

    As a context manager it locks the file for this process. After an error the bytes received so
    far are kept, and the next download continues them.
    """

    def __init__(self, target: Path, mode: int = PRIVATE) -> None:
        self.target = target
        self.path = target.with_name(f".part-{target.name}")
        self.note = target.with_name(f".part-{target.name}.json")
        self.mode = mode
        self._file = -1

    def __enter__(self) -> Self:
        with self._writing():
            self.target.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._file = os.open(self.path, flags, self.mode)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                locked = os.path.samestat(os.fstat(self._file), self.path.stat())
            except (BlockingIOError, FileNotFoundError):
                locked = False
        if not locked:
            os.close(self._file)
            raise StoreError(f"another process is downloading {self.target}; wait until it ends")
        return self

    def __exit__(self, *error: object) -> None:
        if not self.size:
            self.discard()
        os.close(self._file)

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return os.fstat(self._file).st_size

    def version(self, url: str) -> RemoteVersion | None:
        """Returns the version of the received bytes; None: unknown, or from another address."""
        try:
            stored = RemoteVersion(**json_text.parse(self.note.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return stored if stored.url == url and self.size else None

    def restart(self, version: RemoteVersion) -> None:
        """Discards the received bytes; the next ones belong to this version."""
        with self._writing():
            if self.size:
                os.truncate(self._file, 0)
            self.note.write_text(json.dumps(asdict(version)))

    def write(self, chunk: bytes) -> None:
        """Appends bytes."""
        with self._writing():
            write_all(self._file, chunk)

    def check_room(self, bytes_to_come: int) -> None:
        """Raises StoreError if the disk has too little room."""
        free = shutil.disk_usage(self.path.parent).free
        if bytes_to_come > free:
            raise StoreError(
                f"{self.target.name} needs {bytes_to_come:,} bytes more and {self.path.parent} has "
                f"{free:,} left: make room or name another folder with --data, then run the same "
                "command"
            )

    def how_to_resume(self, url: str) -> str:
        """Sentence for an error: the bytes that are kept, and how to continue them."""
        version = self.version(url)
        if version is None:
            return ""
        total = f" of {version.length:,}" if version.length else ""
        if version.validator is None:
            return "The server gives no version: the same command starts from the beginning."
        return f"{self.size:,}{total} bytes are kept in {self.path}: the same command continues."

    def finish(self) -> None:
        """Renames it to the target."""
        with self._writing():
            os.fsync(self._file)
            self.path.replace(self.target)
            self.note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Deletes it."""
        self.note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"cannot write to {self.path.parent}: {error.strerror}. The bytes received so far "
                "are kept; make room or name another folder with --data, then run the same "
                "command to continue"
            ) from error


def continues_at(response: requests.Response, size: int) -> bool:
    """True if a partial response starts after `size` bytes."""
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return response.status_code == 206 and match is not None and int(match[1]) == size

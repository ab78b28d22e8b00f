"""A download that is not finished: what is there of it, and of which version on the server."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from clue.common.atomic_write import PRIVATE
from clue.errors import StoreError


@dataclass(frozen=True)
class Version:
    """What tells a file on a server from the one that replaces it."""

    url: str
    etag: str | None
    """Strong ones only: a weak one does not promise equal bytes."""
    modified: str | None
    length: int | None
    """Bytes of the whole file."""

    @classmethod
    def of(cls, url: str, response: requests.Response) -> "Version":
        """The version that a whole (200), partial (206) or empty (416) answer belongs to."""
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
        """For `If-Range`: send the rest only if it is of this version."""
        return self.etag or self.modified

    def agrees(self, other: "Version") -> bool:
        """Whether nothing that both know differs; a 206 may leave out what it did not change."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return all(ours == theirs for ours, theirs in pairs if None not in (ours, theirs))


class Part:
    """`.part-<name>` beside the file that it becomes; `.part-<name>.json` names its version.

    Entered, it is this process's alone. What has arrived stays after an error, to be continued.
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
                mine = os.path.samestat(os.fstat(self._file), self.path.stat())
            except (BlockingIOError, FileNotFoundError):
                mine = False
        if not mine:
            os.close(self._file)
            raise StoreError(f"another process is downloading {self.target}; let it finish")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.size:
            self.discard()
        os.close(self._file)

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return os.fstat(self._file).st_size

    def version(self, url: str) -> Version | None:
        """Of which version the bytes are; None: of none, or of another address."""
        try:
            noted = Version(**json.loads(self.note.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return noted if noted.url == url and self.size else None

    def begin(self, version: Version) -> None:
        """Forget what is there; what comes is of this version."""
        with self._writing():
            if self.size:
                os.truncate(self._file, 0)
            self.note.write_text(json.dumps(asdict(version)))

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        view = memoryview(chunk)
        with self._writing():
            while view:
                view = view[os.write(self._file, view) :]

    def check_room(self, bytes_to_come: int) -> None:
        """Raise StoreError if the disk cannot take them."""
        free = shutil.disk_usage(self.path.parent).free
        if bytes_to_come > free:
            raise StoreError(
                f"{self.target.name} needs {bytes_to_come:,} bytes more and {self.path.parent} has "
                f"{free:,} left: make room or name another folder with --data, then run the same "
                "command"
            )

    def kept(self, url: str) -> str:
        """What an unfinished download leaves, for its error."""
        version = self.version(url)
        if version is None:
            return ""
        whole = f" of {version.length:,}" if version.length else ""
        if version.validator is None:
            return "The server names no version: the same command begins again."
        return f"{self.size:,}{whole} bytes are kept in {self.path}: the same command goes on."

    def finish(self) -> None:
        """Make it the file."""
        with self._writing():
            os.fsync(self._file)
            self.path.replace(self.target)
            self.note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Keep nothing of it."""
        self.note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"cannot write to {self.path.parent}: {error.strerror}. What has arrived is kept; "
                "make room or name another folder with --data, then run the same command to go on"
            ) from error


def continues(response: requests.Response, size: int) -> bool:
    """Whether a partial answer begins where the bytes that are there end."""
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return response.status_code == 206 and found is not None and int(found[1]) == size

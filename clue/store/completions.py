"""Store of one cell's completions: append and read back, one writer at a time."""

import fcntl
import json
import logging
import os
import shlex
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, explain_write_errors, write_all, write_atomic
from clue.errors import StoreError
from clue.records import Completion, Prompt, SampleKey
from clue.store import plausible

log = logging.getLogger(__name__)

SYNC_SECONDS = 1.0
"""Shortest time between two flushes to the disk."""


class CellStore:
    """The folder of one fingerprint; use `with store.locked():` around every write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "completions.jsonl"
        self._synced = 0.0

    @contextmanager
    def locked(self, *, wait: bool = True) -> Iterator[None]:
        """Hold the write lock; waits, with a log line, while another process holds it.

        Raises:
            StoreError: another process holds it and `wait` is false.
        """
        with explain_write_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            self._acquire(lock, wait)
            yield
        finally:
            os.close(lock)
            self._sync()

    def describe(self, payload: dict[str, Any]) -> None:
        """Write the settings that the fingerprint is the digest of, unless they are there."""
        path = self.folder / "cell.json"
        text = json.dumps(payload, indent=1, sort_keys=True, ensure_ascii=False)
        try:
            stored = json_text.parse(path.read_bytes())
        except (OSError, ValueError):
            stored = None
        if stored != json.loads(text):
            write_atomic(path, text.encode())

    @property
    def was_written_here(self) -> bool:
        """True if answers were generated into this folder; false if an archive brought it."""
        return (self.folder / "lock").exists()

    def completions(self, *, repair: bool = False) -> dict[tuple[SampleKey, str], Completion]:
        """Returns stored completions by key and prompt digest, without an incomplete last line.

        Answers of earlier versions that could not be scored are left out: they are generated again.

        Args:
            repair: remove the incomplete last line. Only under the lock: otherwise it may be the
                line that another process is writing.

        Raises:
            StoreError: the file cannot be read, or a line in the middle is damaged; names the line.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        except PermissionError as error:
            raise StoreError(
                f"{self.path} cannot be read: {error.strerror}; let this user read it"
            ) from error
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be read ({error.strerror}): repair or restore it; or move it "
                "away and run the same command again, which generates its samples again"
            ) from error
        lines = content.split(b"\n")
        completions: dict[tuple[SampleKey, str], Completion] = {}
        good = unusable = 0
        for number, line in enumerate(lines, start=1):
            entry = _decode(line) if number < len(lines) else None
            if entry is None:
                self._check_torn(number, lines[number:])
                if repair and content[good:]:
                    self._cut(good, len(content) - good)
                break
            if plausible.fault(entry[1]):
                unusable += 1
            else:
                completions[entry[0]] = entry[1]
            good += len(line) + 1
        if unusable:
            log.warning("%s: %d answers cannot be and are left out", self.path, unusable)
        return completions

    def append(self, prompt: Prompt, completion: Completion) -> None:
        """Store one completion.

        Raises:
            StoreError: it could not be read, scored and tracked again.
        """
        fault = plausible.fault(completion)
        if fault:
            raise StoreError(f"the answer to {prompt.name} is not stored: {fault}")
        line = _encode(prompt, completion)
        with explain_write_errors(self.folder):
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
            try:
                write_all(file, line)
                if time.monotonic() - self._synced > SYNC_SECONDS:
                    os.fsync(file)
                    self._synced = time.monotonic()
            finally:
                os.close(file)

    def discard(self) -> None:
        """Rename the file of completions, so that they are generated again (`force=true`)."""
        if self.path.exists():
            self.path.replace(self.path.with_suffix(f".{time.time_ns()}.jsonl"))

    def records_path(self, cell_id: str) -> Path:
        """Path of the records table of a finished cell."""
        return self.folder / f"records-{cell_id[:16]}.parquet"

    def _acquire(self, lock: int, wait: bool) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(lock, 200, 0).decode() or "another process"
            if not wait:
                raise StoreError(
                    f"{holder} is working on {self.folder}; nothing was changed. Repeat this "
                    "command when it has ended"
                ) from error
            log.warning("waiting: %s is working on %s", holder, self.folder)
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)

    def _sync(self) -> None:
        if self.path.exists():
            file = os.open(self.path, os.O_RDONLY)
            os.fsync(file)
            os.close(file)

    def _check_torn(self, number: int, rest: list[bytes]) -> None:
        if any(_decode(line) for line in rest):
            remedy = f"sed -i {number}d {shlex.quote(str(self.path))}"
            raise StoreError(
                f"{self.path}: line {number} is damaged and intact lines follow it: the file was "
                "changed or the disk is failing. Restore the file; or remove that line with "
                f"`{remedy}` and run the same command again, which generates its sample again; or "
                "generate all of the cell again with force=true."
            )

    def _cut(self, good: int, torn: int) -> None:
        log.warning("%s: removed an incomplete last line (%d bytes)", self.path, torn)
        os.truncate(self.path, good)


def _encode(prompt: Prompt, completion: Completion) -> bytes:
    entry = {
        **prompt.key._asdict(),
        "prompt_sha256": prompt.sha256,
        **asdict(completion),
    }
    return (json.dumps(entry | {"crc32": _crc(entry)}) + "\n").encode()


def _decode(line: bytes) -> tuple[tuple[SampleKey, str], Completion] | None:
    """Returns key and completion of a line, None if the line is damaged.

    The checksum is that of the line as it was written, also if it lacks newer fields of a key.
    """
    try:
        entry = json_text.parse(line)
        checksum = entry.pop("crc32")
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    if checksum != _crc(entry):
        return None
    entry = SampleKey._field_defaults | entry
    key = SampleKey(*(entry.pop(name) for name in SampleKey._fields))
    return (key, entry.pop("prompt_sha256")), Completion(**entry)


def _crc(entry: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(entry).encode())

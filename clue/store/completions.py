"""Store of one cell's completions: append and read back, one writer at a time."""

import fcntl
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, explain_write_errors, write_atomic
from clue.common.meter import METER
from clue.errors import StoreError
from clue.records import Completion, Prompt, SampleKey
from clue.store import plausible
from clue.store.checked_lines import CheckedLines

log = logging.getLogger(__name__)


class CellStore:
    """The folder of one fingerprint; use `with store.locked():` around every write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "completions.jsonl"
        self.lines = CheckedLines(self.path)

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
            self.lines.sync()

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
        completions: dict[tuple[SampleKey, str], Completion] = {}
        unusable = 0
        for entry in self.lines.entries(repair=repair):
            key, completion = _completion(entry)
            if plausible.fault(completion):
                unusable += 1
            else:
                completions[key] = completion
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
        key = {**prompt.key._asdict(), "prompt_sha256": prompt.sha256}
        self.lines.append(key | completion.row())

    def discard(self) -> None:
        """Rename the file of completions, so that they are generated again (`force=true`)."""
        self.lines.discard()

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
            with METER.doing(f"waiting for {holder}"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)


def _completion(entry: dict[str, Any]) -> tuple[tuple[SampleKey, str], Completion]:
    """Returns key and completion of a line, which may lack newer fields of a key."""
    entry = SampleKey._field_defaults | entry
    key = SampleKey(*(entry.pop(name) for name in SampleKey._fields))
    return (key, entry.pop("prompt_sha256")), Completion(**entry)

"""Store of one cell's completions: append and read back, one writer at a time for each shard."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import Completion, Prompt, SampleKey
from clue.store import plausible
from clue.store.cell_lock import FILE, cell_lock
from clue.store.shards import Shard, ShardedLines

log = logging.getLogger(__name__)


class CellStore:
    """The folder of one fingerprint; use `with store.locked():` around every write.

    Args:
        folder: of the fingerprint.
        shard: part of the prompts that this process answers; None = all of them.
    """

    def __init__(self, folder: Path, shard: Shard | None = None) -> None:
        self.folder = folder
        self.shard = shard
        self.lines = ShardedLines(folder, "completions", shard)

    @property
    def path(self) -> Path:
        """File that this process appends completions to."""
        return self.lines.path

    @contextmanager
    def locked(self, *, wait: bool = True) -> Iterator[None]:
        """Hold the write lock; waits, with a log line, while another process holds it.

        Raises:
            StoreError: another process holds it and `wait` is false.
        """
        with cell_lock(self.folder, self.shard, wait=wait):
            try:
                yield
            finally:
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
        return (self.folder / FILE).exists()

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
        """Rename the files of completions, so that they are generated again (`force=true`)."""
        self.lines.discard()

    def records_path(self, cell_id: str) -> Path:
        """Path of the records table of a finished cell."""
        return self.folder / f"records-{cell_id[:16]}.parquet"


def _completion(entry: dict[str, Any]) -> tuple[tuple[SampleKey, str], Completion]:
    """Returns key and completion of a line, which may lack newer fields of a key."""
    entry = SampleKey._field_defaults | entry
    key = SampleKey(*(entry.pop(name) for name in SampleKey._fields))
    return (key, entry.pop("prompt_sha256")), Completion(**entry)

"""What follows from one text alone, computed once: tokens, embeddings, concepts.

A study scores the same references for every model, so their values are kept on disk,

    <mlruns>/cache/features/<sha256 of the feature's signature>.sqlite

A file holds the values of one signature, keyed by the sha256 of the text: a changed library, model
or option opens another file. SQLite lets parallel processes read and add.
"""

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from clue.common.atomic_write import PRIVATE

log = logging.getLogger(__name__)

LIMIT_BYTES = 4 * 2**30
"""Of all features together; those used longest ago make room."""
WAIT_SECONDS = 60.0
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Value = TypeVar("Value")


class Feature(Protocol[Value]):
    """A function of one text, with all that can change its value named in the signature."""

    @property
    def signature(self) -> str:
        """Library, version, model (revision or digest), options."""

    def compute(self, texts: Sequence[str]) -> list[Value]:
        """Values of distinct texts, shape (n,)."""

    def dump(self, value: Value) -> bytes:
        """The value as bytes."""

    def load(self, content: bytes) -> Value:
        """The inverse of `dump`."""


class FeatureStore:
    """Values of texts on disk; a store without a folder keeps nothing."""

    def __init__(self, folder: Path | None, limit: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit = limit

    def values(self, feature: Feature[Value], texts: Sequence[str]) -> list[Value]:
        """The value of each text, shape (n,); computes those that are not kept, and keeps them."""
        keys = {
            text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts
        }
        found: dict[str, Value] = {}
        if self.folder is not None:
            stored = self._read(feature.signature, list(keys.values()))
            found = {text: feature.load(stored[key]) for text, key in keys.items() if key in stored}
        missing = [text for text in keys if text not in found]
        if missing:
            made = dict(zip(missing, feature.compute(missing), strict=True))
            found |= made
            if self.folder is not None:
                rows = {keys[text]: feature.dump(value) for text, value in made.items()}
                self._write(feature.signature, rows)
        return [found[text] for text in texts]

    def _path(self, signature: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{hashlib.sha256(signature.encode()).hexdigest()[:32]}.sqlite"

    def _read(self, signature: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if not self._path(signature).exists():
            return {}
        found: dict[bytes, bytes] = {}
        with self._tolerant(signature), self._opened(signature) as database:
            for start in range(0, len(keys), 500):  # SQLite binds a limited number of values
                some = keys[start : start + 500]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, value FROM feature WHERE key IN ({marks})"
                found |= dict(database.execute(query, some))
        return found

    def _write(self, signature: str, rows: Mapping[bytes, bytes]) -> None:
        with self._tolerant(signature):
            if not self._make_room(self._path(signature), sum(map(len, rows.values()))):
                log.warning("%s is full: %d values are not kept", self.folder, len(rows))
                return
            with self._opened(signature) as database, database:
                database.executemany("INSERT OR IGNORE INTO feature VALUES (?, ?)", rows.items())

    @contextmanager
    def _tolerant(self, signature: str) -> Iterator[None]:
        """Nothing that can be made again stops a job: said, and gone on without."""
        path = self._path(signature)
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            log.warning("%s: values are not kept (%s)", path, error)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            log.warning("%s is damaged (%s): removed, its values are made again", path, error)
            path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, signature: str) -> Iterator[sqlite3.Connection]:
        path = self._path(signature)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
        os.utime(path)  # what is used stays
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
            with database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS feature (key BLOB PRIMARY KEY, value BLOB)"
                )
            yield database

    def _make_room(self, path: Path, size: int) -> bool:
        """Whether so many bytes fit, after files that were used longest ago are gone."""
        assert self.folder is not None
        sizes = {file: file.stat().st_size for file in self.folder.glob("*.sqlite")}
        others = sorted(
            (file for file in sizes if file != path), key=lambda file: file.stat().st_mtime
        )
        total = sum(sizes.values()) + size
        for file in others:
            if total <= self.limit:
                break
            file.unlink(missing_ok=True)
            total -= sizes[file]
        return total <= self.limit

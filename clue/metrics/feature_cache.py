"""Cache of features of a text (embeddings, concepts), on disk.

A study scores the same references for every model, so their features are stored in

    <mlruns>/cache/features/<sha256 of the feature's signature>.sqlite

A file contains the values of one signature, keyed by the sha256 of the text: a changed library,
model or option opens another file. SQLite lets parallel processes read and add. Every value has a
checksum: a damaged one is computed again.
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

FOLDER = "features"
"""Folder of the files in the cache."""
LIMIT_BYTES = 4 * 2**30
"""Limit of all files together; the least recently used are deleted first."""
WAIT_SECONDS = 60.0
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
TABLE = "checked"
"""Name of the table; the one of earlier versions, without checksums, is `feature`."""

Value = TypeVar("Value")


class Feature(Protocol[Value]):
    """A function of one text; its signature names all that can change its value."""

    @property
    def signature(self) -> str:
        """Library, version, model (revision or digest) and options."""

    def compute(self, texts: Sequence[str]) -> list[Value]:
        """Computes the values of distinct texts, shape (n,)."""

    def dump(self, value: Value) -> bytes:
        """Serializes a value."""

    def load(self, content: bytes) -> Value:
        """Deserializes a value; the inverse of `dump`."""


class FeatureStore:
    """Values of texts on disk; without a folder nothing is stored."""

    def __init__(self, folder: Path | None, limit: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit = limit

    def values(self, feature: Feature[Value], texts: Sequence[str]) -> list[Value]:
        """Returns the value of each text, shape (n,); computes and stores the missing ones."""
        keys = {
            text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts
        }
        values: dict[str, Value] = {}
        if self.folder is not None:
            stored = self._read(feature.signature, list(keys.values()))
            values = {
                text: feature.load(stored[key]) for text, key in keys.items() if key in stored
            }
        missing = [text for text in keys if text not in values]
        if missing:
            computed = dict(zip(missing, feature.compute(missing), strict=True))
            values |= computed
            if self.folder is not None:
                rows = {keys[text]: feature.dump(value) for text, value in computed.items()}
                self._write(feature.signature, rows)
        return [values[text] for text in texts]

    def _path(self, signature: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{hashlib.sha256(signature.encode()).hexdigest()[:32]}.sqlite"

    def _read(self, signature: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if not self._path(signature).exists():
            return {}
        stored: dict[bytes, bytes] = {}
        with self._tolerant(signature), self._opened(signature) as database:
            for start in range(0, len(keys), 500):  # SQLite binds a limited number of values
                batch = keys[start : start + 500]
                marks = ",".join("?" * len(batch))
                query = f"SELECT key, value, checksum FROM {TABLE} WHERE key IN ({marks})"
                rows = database.execute(query, batch).fetchall()
                stored |= {row[0]: row[1] for row in rows if _is_intact(*row)}
                damaged = sum(not _is_intact(*row) for row in rows)
                if damaged:
                    log.warning(
                        "%s: %d damaged values are computed again", self._path(signature), damaged
                    )
        return stored

    def _write(self, signature: str, rows: Mapping[bytes, bytes]) -> None:
        with self._tolerant(signature):
            if not self._make_room(self._path(signature), sum(map(len, rows.values()))):
                log.warning("%s is full: %d values are not stored", self.folder, len(rows))
                return
            with self._opened(signature) as database, database:
                database.executemany(
                    f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)",
                    ((key, value, _checksum(key, value)) for key, value in rows.items()),
                )

    @contextmanager
    def _tolerant(self, signature: str) -> Iterator[None]:
        """Logs errors of the cache and goes on without it: its values can be computed again."""
        path = self._path(signature)
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            log.warning("%s: values are not stored (%s)", path, error)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            log.warning(
                "%s is damaged (%s) and is deleted; its values are computed again", path, error
            )
            path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, signature: str) -> Iterator[sqlite3.Connection]:
        path = self._path(signature)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
        os.utime(path)  # marks the file as recently used
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
            with database:
                database.execute(
                    f"CREATE TABLE IF NOT EXISTS {TABLE} "
                    "(key BLOB PRIMARY KEY, value BLOB, checksum BLOB)"
                )
                database.execute("DROP TABLE IF EXISTS feature")
            yield database

    def _make_room(self, path: Path, size: int) -> bool:
        """Deletes the least recently used files; returns True if so many bytes fit then."""
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


def damaged_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yields the files with damage, and the number of their damaged values; 0 = unreadable."""
    for path in sorted(folder.glob("*.sqlite")):
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
                query = f"SELECT key, value, checksum FROM {TABLE}"
                rows = database.execute(query) if TABLE in tables else ()
                damaged = sum(not _is_intact(*row) for row in rows)
        except sqlite3.DatabaseError:
            yield path, 0
            continue
        if damaged:
            yield path, damaged


def _is_intact(key: object, value: object, checksum: object) -> bool:
    """True if the stored bytes are those that were written; damage may change their types too."""
    if not isinstance(key, bytes) or not isinstance(value, bytes):
        return False
    return checksum == _checksum(key, value)


def _checksum(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(key + value).digest()

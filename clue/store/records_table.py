"""The table of a finished cell: its records, how they were scored, and which cell it is.

One Parquet file per cell, complete in itself: whoever has it can analyse it without the MLflow
store and without the configuration that made it.
"""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import Record, sha256

log = logging.getLogger(__name__)

SIGNATURES = b"clue.signatures"
"""Key of the file's metadata: metric name to signature, as JSON."""
FACTS = b"clue.cell"
"""Key of the file's metadata: what `clue.tracking.tags.facts` says of the cell, as JSON."""
DIGEST = b"clue.sha256"
"""Key of the file's metadata: `RecordsTable.sha256`."""


@dataclass(frozen=True)
class RecordsTable:
    """What a file `records-<id>.parquet` holds."""

    records: Sequence[Record]
    """In the order of the cell's samples."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Which cell it is: `clue.tracking.tags.facts`."""

    @property
    def sha256(self) -> str:
        """Digest of all that it says."""
        rows = [record.row() for record in self.records]
        return sha256([rows, dict(self.signatures), dict(self.facts)])


def write_table(path: Path, table: Table) -> Path:
    """Write a table whole or not at all, readable by its owner only.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    write_atomic(path, table_bytes(table))
    return path


def table_bytes(table: Table) -> bytes:
    """The file of a table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    noted = {SIGNATURES: table.signatures, FACTS: table.facts}
    metadata = {key: json.dumps(value, sort_keys=True).encode() for key, value in noted.items()}
    metadata[DIGEST] = table.sha256.encode()
    rows = pa.Table.from_pylist([record.row() for record in table.records])
    content = pa.BufferOutputStream()
    pq.write_table(rows.replace_schema_metadata(metadata), content, write_page_checksum=True)
    made: bytes = content.getvalue().to_pybytes()
    return made


def read_table(path: Path, *, verify: bool = False) -> RecordsTable:
    """Read a table.

    Args:
        path: of the file.
        verify: check the digest of the content too, not only the checksums of its pages.

    Raises:
        StoreError: the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(path, page_checksum_verification=True)
        noted = rows.schema.metadata or {}
        table = RecordsTable(
            [Record.from_row(row) for row in rows.to_pylist()],
            json.loads(noted.get(SIGNATURES, b"{}")),
            json.loads(noted.get(FACTS, b"{}")),
        )
        if verify and noted.get(DIGEST, b"").decode() != table.sha256:
            raise ValueError("its content is not what was written")
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is damaged ({type(error).__name__}); run the same command again: it makes the "
            "table anew from the stored completions"
        ) from error
    return table


def tables(folder: Path) -> Iterator[RecordsTable]:
    """Tables of one generation, the oldest first; says which are damaged and goes on."""
    paths = folder.glob("records-*.parquet")
    for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns):
        try:
            yield read_table(path)
        except StoreError as error:
            log.warning("%s", error)


def answer_texts(path: Path, ids: Collection[str]) -> dict[str, str]:
    """What was answered to some samples, by id; the first presentation where there are several.

    Reads two columns of the file only.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns = pq.read_table(path, columns=["sample_id", "text"])
    wanted = pa.array(sorted(ids), pa.string())
    some = columns.filter(pc.is_in(columns["sample_id"], value_set=wanted)).to_pydict()
    found: dict[str, str] = {}
    for name, text in zip(some["sample_id"], some["text"], strict=True):
        found.setdefault(name, text)
    return found

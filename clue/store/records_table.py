"""Records table of a finished cell: records, metric signatures and facts of the cell.

One Parquet file per cell. It is self-contained: it can be analysed without the MLflow store and
without the configuration of the run.
"""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.records import Record, SampleKey, sha256
from clue.store.sealed_parquet import SEAL, parquet_bytes, read_columns, read_footer

log = logging.getLogger(__name__)

SIGNATURES = b"clue.signatures"
"""Key of the file's metadata: metric name to signature, as JSON."""
FACTS = b"clue.cell"
"""Key of the file's metadata: `clue.tracking.tags.facts` of the cell, as JSON."""
DIGEST = b"clue.sha256"
"""Key of the file's metadata: `RecordsTable.sha256`."""


@dataclass(frozen=True)
class RecordsTable:
    """Content of a file `records-<id>.parquet`."""

    records: Sequence[Record]
    """In the order of the cell's samples."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Identity and properties of the cell: `clue.tracking.tags.facts`."""

    @property
    def has_answers(self) -> bool:
        """True if it holds the answers, not digests of them or nothing, as an archive may."""
        return bool(self.facts.get("text", "full") == "full")

    @property
    def sha256(self) -> str:
        """Digest of records, signatures and facts; the same for an older form of the table."""
        rows = [_digested(record.row()) for record in self.records]
        return sha256([rows, dict(self.signatures), dict(self.facts)])


def write_table(path: Path, table: RecordsTable) -> Path:
    """Write a table atomically, readable by its owner only.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    write_atomic(path, table_bytes(table))
    return path


def table_bytes(table: RecordsTable) -> bytes:
    """Returns the Parquet file of a table."""
    import pyarrow as pa

    descriptions = {SIGNATURES: table.signatures, FACTS: table.facts}
    metadata = {
        key: json.dumps(value, sort_keys=True).encode() for key, value in descriptions.items()
    }
    metadata[DIGEST] = table.sha256.encode()
    rows = pa.Table.from_pylist([record.row() for record in table.records])
    return parquet_bytes(rows, metadata)


def read_table(path: Path, *, verify: bool = False, content: bytes | None = None) -> RecordsTable:
    """Read a table.

    Args:
        path: of the file; for messages only if there is content.
        verify: check the digest of the content too, not only the checksums of its pages.
        content: of a file that is not stored yet.

    Raises:
        StoreError: the file is damaged.
    """
    import pyarrow as pa

    try:
        source = path if content is None else content
        rows = read_columns(source)
        metadata = rows.schema.metadata or {}
        table = RecordsTable(
            [Record.from_row(row) for row in rows.to_pylist()],
            json_text.parse(metadata[SIGNATURES]),
            json_text.parse(metadata[FACTS]),
        )
        unsealed = SEAL not in metadata and DIGEST in metadata
        if (verify or unsealed) and metadata.get(DIGEST, b"").decode() != table.sha256:
            raise ValueError("its content is not what was written")
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        raise StoreError(
            f"{path} is damaged ({type(error).__name__}); run the same command again: it builds "
            "the table again from the stored completions"
        ) from error
    return table


def written_digest(content: bytes) -> str:
    """Returns the digest that was written into the Parquet file of a table; empty without one."""
    return read_footer(content).metadata.get(DIGEST, b"").decode()


def tables(folder: Path) -> Iterator[RecordsTable]:
    """Yields the tables of one generation, sorted by id; logs damaged ones and skips them.

    The order is the same in every copy of a store: times of files decide nothing.
    """
    for path in sorted(folder.glob("records-*.parquet")):
        try:
            yield read_table(path)
        except StoreError as error:
            log.warning("%s", error)


def answer_texts(path: Path, ids: Collection[str]) -> dict[str, str]:
    """Returns the answers to some samples by id; of several presentations the first by key.

    Reads the columns of the key and of the answer only.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = [name for name in SampleKey._fields if name in read_footer(path).names]
    columns = read_columns(path, [*keys, "text"])
    columns = columns.sort_by([(name, "ascending") for name in keys])
    sample_ids = pa.array(sorted(ids), pa.string())
    rows = columns.filter(pc.is_in(columns["sample_id"], value_set=sample_ids)).to_pydict()
    texts: dict[str, str] = {}
    for sample_id, text in zip(rows["sample_id"], rows["text"], strict=True):
        texts.setdefault(sample_id, text)
    return texts


def _digested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a row as digests contain it: without fields of its key that have their default."""
    defaults = SampleKey._field_defaults.items()
    return dict(field for field in row.items() if field not in defaults)

"""Parquet files whose footer has a checksum too.

Pages of a Parquet file have checksums. Its footer has none: names, positions of columns, metadata.
A damaged footer can be read as another table, or end the process within the library; it is checked
before the library reads it. A file of an earlier version has no seal.
"""

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from clue.common import bounds
from clue.errors import StoreError

SEAL = b"clue.footer_sha256"
"""Key of the file's metadata: sha256 of the footer's bytes, in which `UNSEALED` is its value."""
UNSEALED = b"0" * 64
_ENTRY = re.compile(re.escape(SEAL) + rb"\x18\x40([0-9a-f]{64})")
"""The seal in the footer: key, and a text (0x18) of 64 bytes (0x40), in Thrift's compact form."""
_TAIL = 8
"""Bytes after the footer: its length and the mark of the format."""


class Footer(NamedTuple):
    """Footer of a Parquet file."""

    names: list[str]
    """Names of the columns."""
    metadata: Mapping[bytes, bytes]
    rows: int


def parquet_bytes(table: Any, metadata: Mapping[bytes, bytes]) -> bytes:
    """Returns the sealed Parquet file of an Arrow table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    rows = table.replace_schema_metadata({**metadata, SEAL: UNSEALED})
    pq.write_table(rows, buffer, write_page_checksum=True)
    content: bytes = buffer.getvalue().to_pybytes()
    footer = _footer_bytes(content)
    return content.removesuffix(footer) + _with_seal(footer, _digest(footer))


def read_footer(source: Path | bytes) -> Footer:
    """Reads the footer of a file or of its content.

    Raises:
        pyarrow.ArrowException, OSError, ValueError: it is damaged, or is no file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    _check(_footer_bytes(source))
    footer = pq.read_metadata(pa.BufferReader(source) if isinstance(source, bytes) else source)
    schema = footer.schema.to_arrow_schema()
    return Footer(schema.names, schema.metadata or {}, footer.num_rows)


def read_columns(source: Path | bytes, names: Sequence[str] | None = None) -> Any:
    """Returns columns of a file, or of its content, as an Arrow table; all without `names`.

    Checks the footer and the pages. Names of folders are not read as partitions.

    Raises:
        StoreError: it is a pipe, a device or a folder, or too large.
        pyarrow.ArrowException, OSError, ValueError: it is damaged.
    """

    def fail(problem: str) -> StoreError:
        return StoreError(f"{source if isinstance(source, Path) else 'the table'} {problem}")

    if isinstance(source, Path):
        bounds.check_regular(source, fail)
    rows = read_footer(source).rows
    table = bounds.parquet_table(source, fail, names)
    if len(table) != rows:
        raise ValueError("its pages and its footer have different numbers of rows")
    return table


def _footer_bytes(source: Path | bytes) -> bytes:
    """Returns the end of a file from its footer on."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _TAIL))
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - _TAIL - length))
        return file.read()


def _check(footer: bytes) -> None:
    entry = _ENTRY.search(footer)
    if entry and entry[1] != _digest(footer):
        raise ValueError("its footer is not what was written")


def _digest(footer: bytes) -> bytes:
    return hashlib.sha256(_with_seal(footer, UNSEALED)).hexdigest().encode()


def _with_seal(footer: bytes, seal: bytes) -> bytes:
    return _ENTRY.sub(lambda entry: entry[0][:-64] + seal, footer, count=1)

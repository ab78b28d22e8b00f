"""Bounds of what is read from files of others: unpacked size, length of a line, kind of file.

A packed file of 3 MB can unpack to 3 GB, a line can be as long as its file, and a read from a pipe
or a device may never end. `CLUE_MAX_GIB` sets the bound.
"""

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from clue.errors import ConfigError

if TYPE_CHECKING:  # commands that read no table load no Arrow
    import pyarrow as pa
    import pyarrow.parquet as pq

VARIABLE = "CLUE_MAX_GIB"
DEFAULT_GIB = 1.0
LINES_PER_FILE = 64
"""A line may have this part of the bound of a file."""

ROWS = 1024
"""Rows of a Parquet file between two looks at their size."""

Fail = Callable[[str], Exception]
"""Creates the error for a problem."""


def max_bytes() -> int:
    """Returns the largest unpacked size of a file.

    Raises:
        ConfigError: CLUE_MAX_GIB is no positive number.
    """
    text = os.environ.get(VARIABLE, str(DEFAULT_GIB))
    try:
        size = int(float(text) * 2**30)
    except (ValueError, OverflowError):
        size = 0
    if size <= 0:
        raise ConfigError(f"{VARIABLE}={text!r} is no positive number of GiB, e.g. {VARIABLE}=4")
    return size


def advice(size: int) -> str:
    """Returns the bound for people, and how to raise it."""
    return (
        f"more than {size / 2**30:.3g} GiB. If this is right, set {VARIABLE} to a higher number of "
        "GiB and run the same command again"
    )


def check_regular(path: Path, fail: Fail) -> None:
    """Check that a path is no pipe, device or folder, before it is opened.

    Raises:
        Exception: `fail`, if it is one.
        OSError: there is no such file.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise fail("is a folder" if stat.S_ISDIR(mode) else "is a pipe or a device, no file")


def check_zip(path: Path, fail: Fail) -> None:
    """Check the unpacked size that a zip file states; nothing is read beyond it.

    Raises:
        Exception: `fail`, if it exceeds `max_bytes`.
        zipfile.BadZipFile: it is no zip file.
    """
    most = max_bytes()
    with zipfile.ZipFile(path) as opened:
        if sum(entry.file_size for entry in opened.infolist()) > most:
            raise fail(f"unpacks to {advice(most)}")


class BoundedReader(io.RawIOBase):
    """Stream of at most some bytes of another one."""

    def __init__(self, stream: BinaryIO, most: int, fail: Fail) -> None:
        super().__init__()
        self.stream = stream
        self.most = most
        self.left = most
        self.fail = fail

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer.

        Raises:
            Exception: `fail`, if the stream has more bytes than the bound.
        """
        content = self.stream.read(len(buffer))
        self.left -= len(content)
        if self.left < 0:
            raise self.fail(f"unpacks to {advice(self.most)}")
        buffer[: len(content)] = content
        return len(content)


def bounded(stream: object, most: int, fail: Fail) -> io.BufferedReader:
    """Returns a buffered stream that fails after some bytes."""
    reader = BoundedReader(cast("BinaryIO", stream), most, fail)
    return io.BufferedReader(reader, 2**16)


@contextmanager
def open_bounded(path: Path, fail: Fail) -> Iterator[io.BufferedReader]:
    """Opens a file whose bytes are bounded by `max_bytes`.

    Raises:
        Exception: `fail`, if it is no file or longer; the latter is raised inside the block.
        OSError: it cannot be read.
    """
    check_regular(path, fail)
    with path.open("rb") as stream:
        yield bounded(stream, max_bytes(), fail)


@contextmanager
def open_bounded_text(path: Path, fail: Fail) -> Iterator[io.TextIOWrapper]:
    """Opens a text in UTF-8 as `open_bounded`; line ends stay as they are.

    Raises:
        UnicodeDecodeError: it is no UTF-8; raised inside the block.
    """
    with (
        open_bounded(path, fail) as stream,
        io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
    ):
        yield text


def text_lines(text: io.TextIOBase, fail: Fail) -> Iterator[str]:
    """Yields the lines of a text, each of at most its part of the bound, see `bounded_lines`."""
    return bounded_lines(text, max_bytes() // LINES_PER_FILE, fail)


def check_row_groups(metadata: "pq.FileMetaData", fail: Fail) -> None:
    """Check the unpacked size that a Parquet file states.

    Raises:
        Exception: `fail`, if it exceeds `max_bytes`.
    """
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > max_bytes():
        raise fail(f"unpacks to {advice(max_bytes())}")


def parquet_table(
    source: Path | bytes, fail: Fail, columns: Sequence[str] | None = None
) -> "pa.Table":
    """Returns a Parquet file or its content, or some of its columns, with checked checksums.

    The stated size is that of encoded values: one value that is repeated a billion times states a
    few bytes. Rows are therefore counted by their bytes as they are read.

    Raises:
        Exception: `fail`, if it is no file or unpacks to more than `max_bytes`.
        OSError, pyarrow.ArrowException: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(source, Path):
        check_regular(source, fail)
    stored = pa.BufferReader(source) if isinstance(source, bytes) else source
    with pq.ParquetFile(stored, page_checksum_verification=True) as file:
        check_row_groups(file.metadata, fail)
        batches, size = [], 0
        for batch in file.iter_batches(ROWS, columns=columns):
            batches.append(batch)
            size += batch.nbytes
            if size > max_bytes():
                raise fail(f"unpacks to {advice(max_bytes())}")
        schema = file.schema_arrow
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns], schema.metadata)
    return pa.Table.from_batches(batches, schema)


def bounded_lines(text: io.TextIOBase, most: int, fail: Fail) -> Iterator[str]:
    """Yields the lines of a text, of at most some characters each.

    Raises:
        Exception: `fail`, with the number of the line, if it is longer.
    """
    number = 1
    while line := text.readline(most):
        if len(line) == most and not line.endswith(("\n", "\r")):
            raise fail(f"line {number} has {advice(most)}")
        yield line
        number += 1

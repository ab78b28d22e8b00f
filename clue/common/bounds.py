"""Bounds of what is read from files of others: unpacked size, length of a line, kind of file.

A packed file of 3 MB can unpack to 3 GB, a line can be as long as its file, and a read from a pipe
or a device may never end. `CLUE_MAX_GIB` sets the bound.
"""

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from clue.errors import ConfigError

VARIABLE = "CLUE_MAX_GIB"
DEFAULT_GIB = 1.0
LINES_PER_FILE = 64
"""A line may have this part of the bound of a file."""

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

"""Reader of inspect_ai's `.eval` logs: zip files of JSON, compressed with Zstandard or deflate.

Python's zipfile supports Zstandard from 3.14; until then its central directory gives the offsets,
and Arrow decompresses the bytes.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from analysis.errors import ResultsError
from analysis.readers import files
from clue.common import bounds, json_text

ZSTANDARD = 93
"""Compression method of the zip format (APPNOTE 6.3.8, 4.4.5)."""
LOCAL_HEADER = struct.Struct("<26x2H")
"""Lengths of name and extra field, at the end of the 30 bytes before a file's name."""
CHUNKED = re.compile(
    r"(?P<sample>samples/.+_epoch_\d+)/(?P<part>sample|metadata|attachments/\d+)\.json"
)
"""Parts of a sample that newer versions write in chunks (log/_recorders/chunked/format.py)."""
UNREAD = re.compile(r"samples/.+_epoch_\d+/(skeleton\.json|(messages|events|calls)/.+)")
"""Parts without the question, the reference or the score."""


def read(path: Path) -> dict[str, Any]:
    """Reads the log into the structure of the `.json` format.

    Raises:
        ResultsError: the file is damaged, or the evaluation did not end.
    """
    try:
        bounds.check_zip(path, files.errors_in(path))
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = {entry.filename: entry for entry in archive.infolist()}
            if "header.json" not in entries:
                raise ResultsError(
                    f"{path}: the evaluation did not end (no header.json); finish it with "
                    "inspect eval-retry"
                )
            log: dict[str, Any] = json_text.parse(_content(archive, file, entries["header.json"]))
            contents = {
                name: json_text.parse(_content(archive, file, entries[name]))
                for name in sorted(entries)
                if name.startswith("samples/") and not UNREAD.fullmatch(name)
            }
            log["samples"] = list(_samples(contents))
    except (
        *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
        *(ValueError, TypeError, RuntimeError, NotImplementedError),
    ) as error:
        raise ResultsError(f"{path} is no readable .eval log ({type(error).__name__})") from error
    return log


def _samples(contents: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the samples; those in chunks with their metadata and attachments, as if in one."""
    for name, content in contents.items():
        part = CHUNKED.fullmatch(name)
        if part is None:
            yield content
        elif part["part"] == "sample":
            metadata = contents.get(f"{part['sample']}/metadata.json", {})
            yield content | {"metadata": metadata, "attachments": _texts(part["sample"], contents)}


def _texts(sample: str, contents: Mapping[str, Any]) -> dict[str, str]:
    """Texts that a sample in chunks refers to by their number: `attachment://7`."""
    prefix = f"{sample}/attachments/"
    chunks = [name.removeprefix(prefix) for name in contents if name.startswith(prefix)]
    chunks.sort(key=lambda name: int(name.removesuffix(".json")))
    texts = [text for name in chunks for text in contents[prefix + name]]
    return {str(number): text for number, text in enumerate(texts)}


def _content(archive: zipfile.ZipFile, file: IO[bytes], entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type != ZSTANDARD:
        return archive.read(entry)
    import pyarrow as pa

    file.seek(entry.header_offset)
    name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
    file.seek(name + extra, 1)
    packed = pa.BufferReader(file.read(entry.compress_size))
    content: bytes = pa.CompressedInputStream(packed, "zstd").read(entry.file_size + 1)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise ValueError("checksum")
    return content

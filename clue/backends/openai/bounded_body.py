"""Body of a server's answer, read within bounds of size and time."""

import json
import time
from collections.abc import Iterator
from typing import Any

import requests

from clue.common.retry import TransientError

MAX_BYTES = 32 * 2**20
"""Largest body; an answer of 100,000 tokens with their ids has about a megabyte."""
CHUNK_BYTES = 2**16


def read_body(response: requests.Response, seconds: float) -> bytes:
    """Returns the unpacked body of a response, which was opened with `stream=True`.

    Args:
        response: its headers were read.
        seconds: most time for the complete body: the time limit of the library bounds single reads.

    Raises:
        TransientError: the body is larger or takes longer.
    """
    deadline = time.monotonic() + seconds
    content = bytearray()
    for part in _parts(response):
        content += part
        if len(content) > MAX_BYTES:
            response.close()
            raise TransientError(f"an answer of more than {MAX_BYTES // 2**20} MiB")
        if time.monotonic() > deadline:
            response.close()
            raise TransientError(f"no complete answer within {seconds:.0f} s")
    return bytes(content)


def json_object(content: bytes) -> dict[str, Any] | None:
    """Returns the JSON object of a body; None if it is none, or nested too deeply to be read."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _parts(response: requests.Response) -> Iterator[bytes]:
    """Yields parts as they arrive; `iter_content` waits until a part is full."""
    while part := response.raw.read1(CHUNK_BYTES, decode_content=True):
        yield part

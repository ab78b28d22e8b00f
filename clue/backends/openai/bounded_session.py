"""HTTP answers of bounded size and total time: the timeout of requests bounds single reads only."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from clue.common import bounds

CHUNK_BYTES = 2**13
"""Bytes that are unpacked at once: a packed chunk can be a thousand times larger."""

_thread = threading.local()
"""`sock`: the socket of this thread's request; a connection forgets it before the body is read."""


class AnswerTooLarge(Exception):
    """The body exceeds its bound; the message says the bound and how to raise it."""


def _noted(sock: socket.socket) -> socket.socket:
    """Note a new connection before a proxy answers whether it opens a tunnel."""
    _thread.sock = sock
    return sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _noted(super()._new_conn())

    def connect(self) -> None:
        super().connect()
        _thread.sock = self.sock

    def request(self, *arguments: Any, **options: Any) -> None:
        _thread.sock = self.sock  # of a connection that is used again
        super().request(*arguments, **options)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _noted(super()._new_conn())

    def connect(self) -> None:
        super().connect()
        _thread.sock = self.sock

    def request(self, *arguments: Any, **options: Any) -> None:
        _thread.sock = self.sock
        super().request(*arguments, **options)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


class BoundedAdapter(HTTPAdapter):
    """Adapter whose connections can be ended by `Deadline`."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Create the pools of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Returns the pools of connections to a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


class Deadline:
    """End of a request that this thread sends."""

    passed = False


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """End the connection of this thread's request after some seconds, whatever it waits for.

    The request fails with any error then; `Deadline.passed` says why.
    """
    state, slot = Deadline(), _thread.__dict__  # the timer runs in another thread
    slot.pop("sock", None)

    def end() -> None:
        state.passed = True
        sock = slot.get("sock")
        if sock is not None:
            with suppress(OSError):  # a TLS socket's own method would change it under its reader
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield state
    finally:
        timer.cancel()


def body(response: requests.Response) -> bytes:
    """Returns the body of a streamed answer.

    Raises:
        AnswerTooLarge: it exceeds the bound of a line, `CLUE_MAX_GIB` / 64.
        requests.RequestException: the connection ended before.
    """
    most = bounds.max_bytes() // bounds.LINES_PER_FILE
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > most:
            response.close()
            raise AnswerTooLarge(f"an answer of {bounds.advice(most)}")
    return bytes(content)

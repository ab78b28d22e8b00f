"""A server that drips, never ends or unpacks to gigabytes costs bounded time and memory."""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from clue.backends.openai.http_client import HttpClient, RequestRefused
from clue.common.retry import TransientError
from clue.config.schema import ServerConf

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SECONDS = 0.6


@contextmanager
def raw_server(parts: Callable[[], Iterable[bytes]], pause: float = 0) -> Iterator[str]:
    """A server that answers every connection with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            try:
                for part in parts():
                    connection.sendall(part)
                    time.sleep(pause)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def post(url: str, seconds: float = SECONDS) -> dict[str, object]:
    return HttpClient(ServerConf(url=url, timeout=seconds)).post("completions", {})


def bytes_of(content: bytes) -> Iterator[bytes]:
    return (content[place : place + 1] for place in range(len(content)))


@pytest.mark.parametrize(
    "parts",
    [
        lambda: bytes_of(HEAD + b"Content-Length: 900\r\n\r\n" + b"{" * 900),
        lambda: itertools.chain([HEAD + b"Content-Length: 900\r\n\r\n"], bytes_of(b"{" * 900)),
        lambda: itertools.chain([HEAD + b"\r\n"], itertools.repeat(b" ")),
        lambda: itertools.chain([CHUNKED], bytes_of(b"1;" * 900)),
        lambda: itertools.chain([b"HTTP/1.1 100 Continue\r\n\r\n"] * 2, bytes_of(HEAD * 9)),
    ],
    ids=["head", "body", "without length", "chunks", "continue"],
)
def test_a_server_that_drips_is_left_at_the_timeout(parts: Callable[[], Iterable[bytes]]) -> None:
    with raw_server(parts, pause=0.05) as url:
        started = time.perf_counter()
        with pytest.raises(TransientError, match=r"within 0.6 s \(backend.timeout\)"):
            post(url)
        assert time.perf_counter() - started < 20  # the server takes 45


@pytest.mark.parametrize(
    ("scheme", "parts"),
    [
        ("http", lambda: bytes_of(HEAD + b"Content-Length: 900\r\n\r\n" + b"{" * 900)),
        ("https", lambda: bytes_of(HEAD * 20)),
    ],
    ids=["answer", "tunnel"],
)
def test_a_proxy_that_drips_is_left_at_the_timeout(
    scheme: str, parts: Callable[[], Iterable[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_server(parts, pause=0.05) as proxy:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        started = time.perf_counter()
        with pytest.raises(TransientError, match=r"within 0.6 s \(backend.timeout\)"):
            post(f"{scheme}://model.example/v1")
        assert time.perf_counter() - started < 20  # the proxy takes 45


@pytest.mark.parametrize(
    "parts",
    [
        lambda: itertools.chain([HEAD + b"\r\n"], itertools.repeat(b" " * 65536)),
        lambda: [
            HEAD + b"Content-Encoding: gzip\r\n\r\n",
            gzip.compress(b" " * 10**7),
        ],
    ],
    ids=["endless", "packed"],
)
def test_a_body_is_read_up_to_the_bound(
    parts: Callable[[], Iterable[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUE_MAX_GIB", "0.05")
    with (
        raw_server(parts) as url,
        pytest.raises(RequestRefused, match=r"more than .* GiB.*set CLUE_MAX_GIB"),
    ):
        post(url, seconds=60)


def test_an_answer_is_read_after_one_that_was_ended() -> None:
    body = b'{"a": 1}'
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    answers = iter([bytes_of(whole * 9), [whole], [whole]])
    with raw_server(lambda: next(answers), pause=0.05) as url:
        client = HttpClient(ServerConf(url=url, timeout=SECONDS))
        with pytest.raises(TransientError):
            client.post("completions", {})
        assert client.post("completions", {}) == {"a": 1}

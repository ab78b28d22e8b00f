"""An HTTP server on this machine that does what servers do to downloads."""

import base64
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """What a request gets."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Close the connection after so many bytes of what was announced."""
    etag: str | None = None
    ranges: bool = True
    """Whether a range is honoured, if `If-Range` names this version."""


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    path: str
    headers: Mapping[str, str]


class Server:
    """Answers by path; of several answers the last is repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.login: tuple[str, str] | None = None
        """Name and password that every request must bring."""
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"of": self})
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def serve(self, path: str, *answers: Answer) -> str:
        """Give these answers, one after the other; returns the address."""
        self.answers[path] = list(answers)
        return self.url + path

    def ranges(self) -> list[str | None]:
        """The ranges asked for so far."""
        return [request.headers.get("Range") for request in self.requests]

    def next(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.login and request.headers.get("Authorization") != _basic(*self.login):
            return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="here"'})
        answers = self.answers.get(request.path, [Answer(status=404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    of: Server
    timeout = 10

    def do_GET(self) -> None:
        answer = self.of.next(Request(self.path, dict(self.headers)))
        status, body, headers = answer.status, answer.body, dict(answer.headers)
        if answer.etag:
            headers["ETag"] = answer.etag
        start = self._start(answer)
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            status, body = 206, body[start:]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: answer.cut])

    def _start(self, answer: Answer) -> int | None:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in (answer.etag, answer.headers.get("Last-Modified"))
        return int(found[1]) if found and same and answer.ranges and answer.status == 200 else None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

"""HTTP server on this machine that cuts, refuses and redirects downloads on demand."""

import base64
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """Response to a request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Bytes after which the connection is closed; None: the full body is sent."""
    etag: str | None = None
    ranges: bool = True
    """True: a range is served if `If-Range` names this version."""


@dataclass(frozen=True)
class Request:
    """Request of a client."""

    path: str
    headers: Mapping[str, str]


class Server:
    """Answers by path; the last of several answers is repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.login: tuple[str, str] | None = None
        """Name and password that every request must have."""
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"of": self})
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def serve(self, path: str, *answers: Answer) -> str:
        """Sets the answers of a path, in order; returns the address."""
        self.answers[path] = list(answers)
        return self.url + path

    def ranges(self) -> list[str | None]:
        """Ranges requested so far."""
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
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in (answer.etag, answer.headers.get("Last-Modified"))
        return int(match[1]) if match and same and answer.ranges and answer.status == 200 else None

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

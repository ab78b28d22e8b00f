"""Requests to a server, with retries; neither log nor errors contain the text of a prompt.

A server's own error text is shown for probes only: it may repeat the prompt.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from clue.backends.openai.bounded_session import AnswerTooLarge, BoundedAdapter, deadline
from clue.backends.openai.bounded_session import body as bounded_body
from clue.common import json_text
from clue.common.retry import RetriesExhausted, RetryPolicy, TransientError, retry, retry_after
from clue.config.schema import ServerConf
from clue.privacy import is_local

log = logging.getLogger(__name__)

T = TypeVar("T")

CONNECT_SECONDS = 5.0
FIRST_WAIT = 1.0
"""Seconds before the second try; the wait doubles after each further one."""
LONGEST_RETRY_AFTER = 600.0
"""Seconds; a server that asks for a longer wait (Retry-After) gets this one."""
BUSY = (408, 409, 425, 429)
"""Statuses below 500 that are temporary."""


class RequestRefused(Exception):
    """The server answers, and another try would not help."""

    def __init__(self, reason: str, status: int | None = None, server_text: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.server_text = server_text
        """Beginning of the server's answer; it may repeat the prompt."""


class _Key(AuthBase):
    """Sends the key only, not the credentials of a netrc file."""

    def __init__(self, key: str | None) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


@dataclass(frozen=True)
class Tries:
    """Bounds of the tries for one prompt."""

    name: str
    """Name of the prompt, for the log; seeds the jitter of the waits."""
    retries: int
    """Tries after the first."""
    stop: threading.Event
    """Ends the retries during a wait."""


class HttpClient:
    """The connection to one server."""

    def __init__(self, conf: ServerConf) -> None:
        self.base_url = base_url(str(conf.url))
        self.timeout = conf.timeout
        self.session = requests.Session()
        self.session.auth = _Key(os.environ.get(conf.key_env))
        # a proxy would get text that must stay on this machine
        self.session.trust_env = not is_local(self.base_url)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, BoundedAdapter(pool_maxsize=conf.concurrency))

    def get(self, path: str) -> dict[str, Any]:
        """Facts that the server reports; a path with a leading slash begins at its root.

        Raises:
            TransientError: no answer.
            RequestRefused: there is no such path.
        """
        parts = urlsplit(self.base_url)
        root = f"{parts.scheme}://{parts.netloc}" if path.startswith("/") else f"{self.base_url}/"
        return self._once("GET", root + path, None, 3 * CONNECT_SECONDS)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request once.

        Raises:
            TransientError: no answer, or a server that is busy or broken.
            RequestRefused: the server does not accept the request.
        """
        return self._once("POST", f"{self.base_url}/{path}", body, self.timeout)

    def post_with_retries(
        self,
        path: str,
        body: Mapping[str, Any],
        tries: Tries,
        read: Callable[[dict[str, Any]], T],
    ) -> T:
        """Returns the first answer that can be read.

        Args:
            path: below the server's address.
            body: the request.
            tries: their number, and what ends them.
            read: reads an answer; a refusal of it leads to another try too, since a gateway or a
                proxy may have changed the answer.

        Raises:
            RequestRefused: no try succeeded, or the server does not accept the request.
        """

        def attempt() -> T:
            try:
                return read(self.post(path, body))
            except RequestRefused as refusal:
                if refusal.status is not None:
                    raise
                raise TransientError(str(refusal)) from refusal

        policy = RetryPolicy(tries.retries + 1, FIRST_WAIT, stop=tries.stop)
        try:
            return retry(tries.name, policy, attempt)
        except RetriesExhausted as error:
            raise RequestRefused(str(error)) from error

    def _once(
        self, verb: str, url: str, body: Mapping[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        response, content = self._answer(verb, url, body, seconds)
        status = response.status_code
        if status in BUSY or status >= 500:
            self.session.close()  # servers often disconnect after such an answer
            raise TransientError(f"HTTP {status}", _retry_after(response), status=status)
        if status != 200:
            raise RequestRefused(f"HTTP {status}", status, content[:200].decode(errors="replace"))
        answer = json_object(content)
        if answer is None:
            self.session.close()  # the rest of a broken answer is not the next one
            raise RequestRefused("an answer that is no JSON object")
        return answer

    def _answer(
        self, verb: str, url: str, body: Mapping[str, Any] | None, seconds: float
    ) -> tuple[requests.Response, bytes]:
        """Returns an answer and its body, of bounded size and total time."""
        options: dict[str, Any] = {"timeout": (CONNECT_SECONDS, seconds), "stream": True}
        with deadline(seconds) as end:
            try:
                response = self.session.request(
                    verb, url, json=body, allow_redirects=False, **options
                )
                content = bounded_body(response)
            except requests.Timeout:
                raise TransientError(_late(seconds)) from None
            except AnswerTooLarge as error:
                raise RequestRefused(str(error)) from None
            except Exception as error:  # its text may contain a proxy's password
                if end.passed:
                    raise TransientError(_late(seconds)) from None
                if not isinstance(error, requests.RequestException):
                    raise
                raise TransientError(f"no connection ({type(error).__name__})") from None
        if end.passed:  # a body without a length ends where the connection was ended
            raise TransientError(_late(seconds))
        return response, content


def json_object(content: bytes) -> dict[str, Any] | None:
    """Returns the JSON object of a body; None if it is none, or nested too deeply to be read."""
    try:
        value = json_text.parse(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def base_url(url: str) -> str:
    """Address of the interface; adds `/v1` if the URL has no path."""
    url = url.rstrip("/")
    return url if urlsplit(url).path else f"{url}/v1"


def _retry_after(response: requests.Response) -> float | None:
    seconds = retry_after(response)
    return None if seconds is None else min(seconds, LONGEST_RETRY_AFTER)


def _late(seconds: float) -> str:
    return f"no complete answer within {seconds:g} s (backend.timeout)"

"""Requests to a server: tried again while that can help, and silent about what they carry.

A server's own error text is shown for nothing but probes: it may repeat the prompt.
"""

import logging
import os
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from clue.common.retry import retry_after
from clue.config.schema import ServerConf
from clue.privacy import is_local

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before the second try, twice as many before each further one."""
LONGEST_ASKED = 600.0
"""Longest wait that a server may ask for (Retry-After)."""
BUSY = (408, 409, 425, 429)
"""Statuses below 500 that pass."""


class Refused(Exception):
    """The server answers, and trying again would not help."""

    def __init__(self, what: str, status: int | None = None, said: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.said = said
        """The server's words; they may repeat the prompt."""


class Transient(Exception):
    """Another try may help."""

    def __init__(self, what: str, status: int | None = None, asked: float | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.asked = asked
        """Seconds that the server wants to be left alone."""


class _Key(AuthBase):
    """Sends the key, and nothing that requests would find in a netrc file."""

    def __init__(self, key: str | None) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


@dataclass(frozen=True)
class Patience:
    """How often one prompt is sent, and who may end the waiting between."""

    retries: int
    stop: threading.Event


class Wire:
    """The connection to one server."""

    def __init__(self, conf: ServerConf) -> None:
        self.base = base(str(conf.url))
        self.seconds = conf.timeout
        self.session = requests.Session()
        self.session.auth = _Key(os.environ.get(conf.key_env))
        # A proxy would carry text that was promised to stay on this machine.
        self.session.trust_env = not is_local(self.base)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=conf.concurrency))

    def get(self, path: str) -> dict[str, Any]:
        """What the server says of itself; a path with a leading slash begins at its root.

        Raises:
            Transient: no answer.
            Refused: there is no such path.
        """
        parts = urlsplit(self.base)
        root = f"{parts.scheme}://{parts.netloc}" if path.startswith("/") else f"{self.base}/"
        return self._once("GET", root + path, None, 3 * CONNECT_SECONDS)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One try.

        Raises:
            Transient: no answer, or a server that is busy or broken.
            Refused: the server does not take the request.
        """
        return self._once("POST", f"{self.base}/{path}", body, self.seconds)

    def insist(
        self, path: str, body: Mapping[str, Any], name: str, patience: Patience
    ) -> dict[str, Any]:
        """The answer of the first try that succeeds.

        Args:
            path: below the server's address.
            body: the request.
            name: what is asked, for the log; seeds the jitter of the waiting.
            patience: how often.

        Raises:
            Refused: no try succeeded, or the server does not take the request.
        """
        jitter = random.Random(name)
        for number in range(patience.retries + 1):
            try:
                return self.post(path, body)
            except Transient as problem:
                last = problem
            wait = _wait(last, number) * jitter.uniform(1.0, 1.25)
            if number < patience.retries:
                log.warning("%s: %s; again in %.1f s", name, last, wait)
                if patience.stop.wait(wait):
                    break
        raise Refused(f"{last}, tries: {number + 1}") from last

    def _once(
        self, verb: str, url: str, body: Mapping[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        try:
            response = self.session.request(
                verb, url, json=body, timeout=(CONNECT_SECONDS, seconds), allow_redirects=False
            )
        except requests.Timeout:
            raise Transient(f"no answer within {seconds:.0f} s") from None
        except requests.RequestException as error:  # its text may hold a proxy's password
            raise Transient(f"no connection ({type(error).__name__})") from None
        status = response.status_code
        if status in BUSY or status >= 500:
            self.session.close()  # servers hang up after such an answer; the next try connects anew
            raise Transient(f"HTTP {status}", status, retry_after(response))
        if status != 200:
            raise Refused(f"HTTP {status}", status, response.text[:200])
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Refused("an answer that is no JSON object")
        return answer


def base(url: str) -> str:
    """The address below which the interface lies; `/v1` unless another path is given."""
    whole = url.rstrip("/")
    return whole if urlsplit(whole).path else f"{whole}/v1"


def _wait(problem: Transient, number: int) -> float:
    if problem.asked is not None:
        return min(problem.asked, LONGEST_ASKED)
    return min(FIRST_WAIT * 2.0**number, LONGEST_WAIT)

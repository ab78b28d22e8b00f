"""Chromium without a window, driven over a pipe: for tests and measurements of pages.

Only the standard library and an installed Chromium are needed (`apt-get install chromium`).
Messages are those of the Chrome DevTools Protocol, JSON that ends with a zero byte.
"""

import base64
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-pipe",
    "--enable-precise-memory-info",
)
FROM_US, TO_US = 3, 4
"""File descriptors on which Chromium reads and writes."""
PATIENCE = 60
"""Seconds after which a browser that gives no answer is given up."""
READY = "document.documentElement?.dataset.ready === 'yes'"
"""JavaScript that is true once a page of this project can be used."""


def chromium() -> str | None:
    """Returns the path of an installed Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A running Chromium with one page."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._messages = self._received(read)
        self._number = self._opened = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        """Events of the page that were received so far."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command and returns its result.

        Raises:
            RuntimeError: the browser refuses the command.
        """
        number = self._post(method, parameters)
        for answer in self._messages:
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            self.events.append(answer)
            if answer.get("method") == "Page.javascriptDialogOpening":  # it would stop the page
                self._post("Page.handleJavaScriptDialog", {"accept": True})
        raise RuntimeError(f"{method}: the browser ended, or gave no answer for {PATIENCE} s")

    def _post(self, method: str, parameters: Mapping[str, Any]) -> int:
        """Sends a command without waiting for its answer; returns its number."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        return self._number

    def open(
        self,
        page: Path,
        address: str = "",
        width: int = 1280,
        height: int = 900,
        ready: str = READY,
    ) -> None:
        """Opens a page from disk and waits until it is ready.

        Args:
            page: HTML file.
            address: fragment, with its `#`.
            width: of the window, CSS pixels.
            height: of the window, CSS pixels.
            ready: JavaScript that is true once the page can be used.
        """
        self.send(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        self._opened += 1
        question = f"?{self._opened}"  # the same page with another address would not be read again
        self.send("Page.navigate", url=f"{page.absolute().as_uri()}{question}{address}")
        deadline = time.monotonic() + PATIENCE
        while not self.value(f"location.search === '{question}' && {ready}"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{page} is not ready after {PATIENCE} s")
            time.sleep(0.02)

    def value(self, expression: str) -> Any:
        """Returns the JSON value of an expression in the page; promises are awaited.

        Raises:
            RuntimeError: the expression throws.
        """
        parameters = {"awaitPromise": True, "returnByValue": True}
        result = self.send("Runtime.evaluate", expression=expression, **parameters)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Presses and releases a key."""
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)
            text = {}

    def screenshot(self, path: Path) -> None:
        """Writes a picture of the visible part of the page as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    @staticmethod
    def _received(read: int) -> Iterator[dict[str, Any]]:
        parts: list[bytes] = []
        while select.select([read], [], [], PATIENCE)[0] and (chunk := os.read(read, 1 << 20)):
            *complete, rest = chunk.split(b"\0")
            for end in complete:
                yield json.loads(b"".join([*parts, end]))
                parts = []
            parts.append(rest)


@contextmanager
def browser() -> Iterator[Browser]:
    """Starts Chromium with an empty profile and ends it."""
    program = chromium()
    assert program is not None
    commands, answers = os.pipe(), os.pipe()
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    pipes = [
        (os.POSIX_SPAWN_DUP2, commands[0], FROM_US),
        (os.POSIX_SPAWN_DUP2, answers[1], TO_US),
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [program, *OPTIONS, f"--user-data-dir={profile}"]
        process = os.posix_spawn(program, words, os.environ, file_actions=[*silent, *pipes])
        os.close(commands[0])
        os.close(answers[1])
        try:
            yield Browser(commands[1], answers[0])
        finally:
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)
            os.close(commands[1])
            os.close(answers[0])

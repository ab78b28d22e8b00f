"""Chromium without a window, driven over a pipe: for tests and measurements of pages.

Only the standard library and an installed Chromium are needed (`apt-get install chromium`). Messages
are those of the Chrome DevTools Protocol, JSON that ends with a zero byte.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
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


def chromium() -> str | None:
    """Returns the path of an installed Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A running Chromium with one page."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._messages = self._received(read)
        self._number = 0
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
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        for answer in self._messages:
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            self.events.append(answer)
        raise RuntimeError("the browser ended")

    def open(self, page: Path, address: str = "", width: int = 1280, height: int = 900) -> None:
        """Opens a page of this project from disk and waits until it is ready."""
        self.send("Page.navigate", url="about:blank")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        self.send("Page.navigate", url=page.absolute().as_uri() + address)
        self.value(
            "new Promise(done => { const look = () => document.documentElement?.dataset.ready"
            " ? done(true) : setTimeout(look, 20); look(); })"
        )

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
        while chunk := os.read(read, 1 << 20):
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

    ends = (commands[0], answers[1])
    redirected = f'exec "$0" "$@" {FROM_US}<&{ends[0]} {TO_US}>&{ends[1]}'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["sh", "-c", redirected, program, *OPTIONS, f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=ends,
        )
        os.close(commands[0])
        os.close(answers[1])
        try:
            yield Browser(commands[1], answers[0])
        finally:
            process.terminate()
            process.wait()
            os.close(commands[1])
            os.close(answers[0])

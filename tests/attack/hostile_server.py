"""A server on this machine that is honest, or answers chosen requests with drawn garbage."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.attack.hostile_answers import Raw, draw_answer, whole

ANSWER = "neutral"
PATIENCE = 6.0
"""Seconds for which a slow answer goes on."""


@dataclass
class Hostility:
    """Requests of a case that get garbage, and the garbage that they got."""

    draw: random.Random
    """Randomness of the garbage."""
    paths: tuple[str, ...] = ()
    """Endings of paths of GET requests."""
    probes: bool = False
    """Requests without a word of the data."""
    words: tuple[str, ...] = ()
    """Requests with one of these words."""
    sent: list[Raw] = field(default_factory=list)


class HostileServer:
    """OpenAI-compatible; accepts prompts in one form."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.api = "tokens"
        self.hostility = Hostility(random.Random(0))
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"server_of": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator["HostileServer"]:
        thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.http.shutdown()
            self.http.server_close()

    def answer(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Returns status and content of the honest answer."""
        prompt = body.get("prompt")
        api = "chat" if "messages" in body else "text" if isinstance(prompt, str) else "tokens"
        if api != self.api or (api != "tokens" and body.get("return_token_ids")):
            return 400, {"error": f"no {api} here"}
        ids = self.tokenizer(ANSWER, add_special_tokens=False)["input_ids"]
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
        if api == "tokens":
            ids = [*ids, self.tokenizer.eos_token_id][: body["max_tokens"]]
            choice["token_ids"] = ids
        if body["max_tokens"] <= len(ids):
            choice["finish_reason"] = "length"
            ids = ids[: body["max_tokens"]]
        choice |= {"message": {"content": ANSWER}} if api == "chat" else {"text": ANSWER}
        usage = {"prompt_tokens": self._count(body), "completion_tokens": len(ids)}
        return 200, {"model": body["model"], "choices": [choice], "usage": usage}

    def text(self, body: Mapping[str, Any]) -> str:
        """Returns the text of a request."""
        if "messages" in body:
            return json.dumps(body["messages"])
        prompt = body["prompt"]
        return prompt if isinstance(prompt, str) else str(self.tokenizer.decode(prompt))

    def raw(self, body: Mapping[str, Any] | None, path: str, valid: dict[str, Any]) -> Raw | None:
        """Returns the garbage for a request; None if it gets the honest answer."""
        hostility = self.hostility
        echo = "" if body is None else self.text(body)
        is_probe = body is not None and "Is water wet" in echo
        hit = (
            (body is None and path.endswith(hostility.paths))
            if hostility.paths
            else (is_probe and hostility.probes) or any(word in echo for word in hostility.words)
        )
        if not hit:
            return None
        answer = draw_answer(hostility.draw, valid, echo or "models")
        hostility.sent.append(answer)
        return answer

    def _count(self, body: Mapping[str, Any]) -> int:
        if "messages" in body:
            return 20
        prompt = body["prompt"]
        if not isinstance(prompt, str):
            return len(prompt)
        adds = body.get("add_special_tokens", True)
        return len(self.tokenizer(prompt, add_special_tokens=adds)["input_ids"])


class _Handler(BaseHTTPRequestHandler):
    server_of: HostileServer
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        answers = {"/v1/models": {"data": [{"id": "tiny", "owned_by": "vllm"}]}}
        answers["/version"] = {"version": "1"}
        self._answer(None, *((200, answers[self.path]) if self.path in answers else (404, {})))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server_of.lock:
            status, content = self.server_of.answer(body)
        self._answer(body, status, content)

    def _answer(self, body: Any, status: int, content: dict[str, Any]) -> None:
        with self.server_of.lock:
            raw = self.server_of.raw(body, self.path, content)
        if raw is None:
            self.wfile.write(whole(json.dumps(content).encode(), status))
            return
        self.close_connection = True
        _patiently(self.wfile.write, raw)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _patiently(write: Callable[[bytes], object], raw: Raw) -> None:
    end = time.monotonic() + PATIENCE
    with suppress(OSError):
        for part in raw.parts:
            write(part)
            if raw.pause:
                time.sleep(raw.pause)
            if time.monotonic() > end:
                return

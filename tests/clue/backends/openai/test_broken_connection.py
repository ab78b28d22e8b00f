"""A connection after a broken answer: what follows on it belongs to that answer."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from clue.backends.openai.http_client import HttpClient, RequestRefused
from clue.common.retry import TransientError
from clue.config.schema import ServerConf


class LateAnswers(BaseHTTPRequestHandler):
    """Answers the prompt "broken" with garbage, and the next one of its connection too late.

    After garbage, every request of the same connection gets the answer to the one before it.
    """

    protocol_version = "HTTP/1.1"
    earlier: str | None = None

    def do_POST(self) -> None:
        """Answer with the prompt itself."""
        prompt = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["prompt"]
        answer = json.dumps({"prompt": self.earlier or prompt}).encode()
        status = 500 if prompt == "busy" else 200
        if prompt in ("broken", "busy"):
            answer, self.earlier = b'{"prompt": "bro', prompt
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        _ = self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def client() -> Iterator[HttpClient]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), LateAnswers)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield HttpClient(ServerConf(url=f"http://127.0.0.1:{server.server_port}"))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("trouble", ["broken", "busy"])
def test_a_broken_answer_costs_no_other_prompt_its_own(client: HttpClient, trouble: str) -> None:
    assert client.post("completions", {"prompt": "first"}) == {"prompt": "first"}
    with pytest.raises((RequestRefused, TransientError)):
        client.post("completions", {"prompt": trouble})
    assert client.post("completions", {"prompt": "second"}) == {"prompt": "second"}

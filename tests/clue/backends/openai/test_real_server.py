"""Against `transformers serve`, the one OpenAI-compatible server that the environment has."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from transformers.utils.import_utils import is_serve_available

from clue.errors import ModelError
from tests.clue.backends.openai.prompts_and_answers import (
    answers,
    local_answers,
    openai_backend,
    prompts,
)

START_SECONDS = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_serve_available(), reason="pip install 'transformers[serving]'"),
]


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    serve = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", serve, "serve", str(folder), *options]
    with (
        (folder.parent / "serve.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            wait(process, f"http://127.0.0.1:{port}/health", Path(log.name))
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def wait(process: "subprocess.Popen[bytes]", health: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(health, timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"transformers serve did not start: {log.read_text()[-2000:]}")


def test_a_real_server_takes_exact_text_and_answers_as_our_own_loop_does(
    url: str, folder: Path
) -> None:
    backend = openai_backend(url, folder, model=str(folder))
    identity = backend.identity()
    assert (identity["api"], identity["bos"]) == ("text", "server's")
    assert identity["owner"] == "transformers serve"
    assert answers(backend.generate(prompts())) == local_answers(folder)


def test_a_real_server_lays_out_turns_by_its_own_template(url: str, folder: Path) -> None:
    backend = openai_backend(url, folder, model=str(folder), api="chat")
    completions = answers(backend.generate(prompts()))
    # its chat interface leaves out the BOS that the tokenizer adds to a text
    for index, prompt in enumerate(prompts()):
        assert completions[index].prompt_tokens == backend.count(prompt) - 1


def test_a_real_server_with_another_model_refuses(url: str, folder: Path) -> None:
    with pytest.raises(ModelError, match="Server is pinned to"):
        openai_backend(url, folder, model="another").identity()

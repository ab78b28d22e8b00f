import re
import threading
from pathlib import Path

import pytest

from clue.backends.openai.backend import OpenAIBackend
from clue.backends.openai.http_client import HttpClient, RequestRefused, Tries
from clue.config.schema import ServerConf
from clue.errors import ModelError
from tests.clue.backends.openai.prompts_and_answers import (
    SECRET,
    answers,
    count_requests,
    local_answers,
    openai_backend,
    prompts,
)
from tests.clue.backends.openai.server import Server, Trouble


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clue.backends.openai.http_client.FIRST_WAIT", 0.0)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(429, {"Retry-After": "0"}),
        Trouble(500),
        Trouble(503),
        Trouble(drop=True),
    ],
    ids=["busy", "broken", "away", "dropped"],
)
def test_what_passes_is_tried_again(trouble: Trouble, server: Server, folder: Path) -> None:
    server.troubles = {"no2.": [trouble, trouble]}
    assert answers(openai_backend(server, folder).generate(prompts())) == local_answers(folder)
    assert count_requests(server, "no2.") == 3


@pytest.mark.parametrize(
    "case",
    [
        (Trouble(500, text=SECRET), 3, "HTTP 500, tries: 3"),
        (Trouble(drop=True), 3, "no connection"),
        (Trouble(400, text=SECRET), 1, "HTTP 400"),
        (Trouble(307, {"Location": "http://127.0.0.1:9/"}), 1, "HTTP 307"),
        (Trouble(change={"prompt_tokens": 3}), 3, "the server read 3 tokens where the prompt has"),
        (
            Trouble(change={"finish_reason": "content_filter"}),
            3,
            "an answer that ended with content_filter",
        ),
        (
            Trouble(change={"completion_tokens": 5, "finish_reason": "length"}),
            3,
            "the server ended the answer at 5 of 12 tokens",
        ),
        (Trouble(change={"choices": []}), 3, "an answer without choices"),
    ],
)
def test_one_failing_prompt_is_named_without_its_text_and_loses_no_other(
    case: tuple[Trouble, int, str], server: Server, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trouble, tries, reason = case
    server.troubles = {"no2.": [trouble] * 3}
    answered, message = until_it_fails(openai_backend(server, folder))
    assert answered == [0, 1, 3, 4, 5, 6]
    (line,) = re.findall(r"1 of 7 prompts without an answer:\n  prompt [0-9a-f]{12}: (.*)", message)
    assert line.startswith(reason)
    assert SECRET not in message + caplog.text
    assert count_requests(server, "no2.") == tries


def until_it_fails(backend: OpenAIBackend) -> tuple[list[int], str]:
    answered = []
    try:
        for index, _ in backend.generate(prompts()):
            answered.append(index)
    except ModelError as error:
        return sorted(answered), str(error)
    raise AssertionError("nothing failed")


def test_a_server_that_fails_every_prompt_is_left_alone(server: Server, folder: Path) -> None:
    server.troubles = {"no": [Trouble(500)] * 1000}
    backend = openai_backend(server, folder, concurrency=1, retries=0)
    with pytest.raises(ModelError, match=r"considered broken; \d+ were not sent"):
        dict(backend.generate(prompts(200)))
    assert 8 <= count_requests(server, "no") < 200


def test_a_key_that_is_taken_back_ends_the_asking(server: Server, folder: Path) -> None:
    server.troubles = {"no0.": [Trouble(401)]}
    with pytest.raises(ModelError, match=r"(?s)left 1 of 200 .*: HTTP 401.*were not sent"):
        dict(openai_backend(server, folder, concurrency=1).generate(prompts(200)))
    assert count_requests(server, "no") < 200


def test_a_slow_answer_is_given_up_at_the_timeout(server: Server, folder: Path) -> None:
    never = threading.Event()
    server.troubles = {"no1.": [Trouble(wait=never)] * 2}
    backend = openai_backend(server, folder, retries=1, timeout=0.5)
    server.answer(  # the tiny model is loaded: only the trouble is slow
        {"model": "tiny", "prompt": [1], "max_tokens": 1}
    )
    try:
        with pytest.raises(ModelError, match=r"prompt \w{12}: no complete answer within"):
            dict(backend.generate(prompts(2)))
    finally:
        never.set()


class Waits(threading.Event):
    """Records the waits."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return False


def waits(server: Server, name: str, headers: dict[str, str]) -> list[float]:
    server.troubles = {"pain": [Trouble(503, headers)] * 5}
    stop = Waits()
    body = {"model": "tiny", "prompt": "pain", "max_tokens": 1}
    client = HttpClient(ServerConf(url=server.url))
    with pytest.raises(RequestRefused, match="tries: 5"):
        client.post_with_retries("completions", body, Tries(name, 4, stop), lambda answer: answer)
    return stop.seconds


def test_waits_double_with_a_jitter_that_the_prompts_name_seeds(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clue.backends.openai.http_client.FIRST_WAIT", 20.0)
    first = waits(server, "sample 1", {})
    for seconds, least in zip(first, (20, 40, 60, 60), strict=True):
        assert least <= seconds <= 1.25 * least
    assert waits(server, "sample 1", {}) == first
    assert waits(server, "sample 2", {}) != first


def test_a_server_that_says_when_to_come_back_is_obeyed_within_bounds(server: Server) -> None:
    for said, least in (("7", 7), ("100000", 600)):
        for seconds in waits(server, "sample 1", {"Retry-After": said}):
            assert least <= seconds <= 1.25 * least

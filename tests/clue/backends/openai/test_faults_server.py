"""Malformed answers with status 200, as a gateway between a server and us may send them."""

import re
from pathlib import Path
from typing import Any

import pytest

import tests.clue.backends.openai.server as fake_server
from tests.clue.backends.openai.prompts_and_answers import (
    BUDGET,
    SECRET,
    answers,
    count_requests,
    local_answers,
    openai_backend,
    prompts,
)
from tests.clue.backends.openai.server import Habits, Server, Trouble
from tests.clue.backends.openai.test_failures import until_it_fails

CUT = f"an answer that cannot be: it is cut at 1 of {BUDGET} tokens"


@pytest.fixture(autouse=True)
def _garbled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clue.backends.openai.http_client.FIRST_WAIT", 0.0)
    changed = fake_server._changed

    def garbled(answer: dict[str, Any], change: dict[str, Any]) -> Any:
        return change["body"] if "body" in change else changed(answer, change)

    monkeypatch.setattr(fake_server, "_changed", garbled)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": f"<html>Gateway: {SECRET}</html>"}, "an answer that is no JSON object"),
        ({"body": '["cut'}, "an answer that is no JSON object"),
        ({"body": "{}"}, "an answer without 'choices'"),
        ({"body": "[" * 200_000}, "an answer that is no JSON object"),
        ({"body": '{"a":' * 200_000}, "an answer that is no JSON object"),
        ({"body": '{"a":' + "9" * 5000 + "}"}, "an answer that is no JSON object"),
        ({"text": ["a", "list"]}, "an answer whose text is null or no text"),
        ({"text": None}, "an answer whose text is null or no text"),
        ({"token_ids": None}, "an answer without choices and usage"),
        ({"token_ids": ["x"]}, "an answer without choices and usage"),
        ({"token_ids": ["7"] * BUDGET}, "an answer without choices and usage"),
        ({"token_ids": [True] * BUDGET}, "an answer without choices and usage"),
        ({"token_ids": [7.0] * BUDGET}, "an answer without choices and usage"),
        ({"token_ids": [2**70] * BUDGET}, "an answer with token ids that the model's vocabulary"),
        ({"token_ids": [-1] * BUDGET}, "an answer with token ids that the model's vocabulary"),
        ({"token_ids": [9999] * BUDGET}, "an answer with token ids that the model's vocabulary"),
        ({"token_ids": []}, f"an answer with 0 token ids, counted as {BUDGET}"),
        (
            {"token_ids": [], "completion_tokens": 0, "finish_reason": "stop"},
            "an answer with 0 token ids, counted as 0",
        ),
        ({"token_ids": [7] * 5000}, f"an answer with 5000 token ids, counted as {BUDGET}"),
        ({"token_ids": [70], "completion_tokens": 1, "finish_reason": "stop"}, CUT),
        ({"prompt_tokens": None}, "an answer without choices and usage"),
        ({"prompt_tokens": True}, "an answer without choices and usage"),
        ({"completion_tokens": -3}, "an answer without choices and usage"),
        ({"completion_tokens": 1e30}, "an answer without choices and usage"),
        ({"completion_tokens": 10**30}, "an answer without choices and usage"),
        ({"completion_tokens": "12"}, "an answer without choices and usage"),
        ({"completion_tokens": 5000}, f"the server counted 5000 of {BUDGET} tokens"),
        (
            {"finish_reason": SECRET},
            f"an answer that ended with an unknown finish_reason of {len(SECRET)}",
        ),
        (
            {"finish_reason": [SECRET]},
            "an answer that ended with a finish_reason that is no text",
        ),
        ({"model": SECRET}, "an answer by another model than tiny: name the one"),
    ],
)
def test_garbage_in_the_place_of_an_answer_costs_that_prompt_alone(
    server: Server, folder: Path, change: dict[str, Any], reason: str
) -> None:
    server.troubles = {"no2.": [Trouble(change=change)] * 3}
    answered, message = until_it_fails(openai_backend(server, folder))
    assert answered == [0, 1, 3, 4, 5, 6]
    assert re.search(rf"prompt [0-9a-f]{{12}}: {reason}", message)
    assert "tries: 3" in message
    assert SECRET not in message
    assert count_requests(server, "no2.") == 3


def test_an_implausible_answer_is_asked_for_again(server: Server, folder: Path) -> None:
    server.troubles = {"no2.": [Trouble(change={"token_ids": []})]}
    completions = answers(openai_backend(server, folder).generate(prompts()))
    assert completions == local_answers(folder)
    assert count_requests(server, "no2.") == 2


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"content": None}, "an answer whose text is null or no text"),
        ({"content": None, "reasoning_content": SECRET}, "an answer of thoughts without an answer"),
        ({"content": "", "reasoning": SECRET}, "an answer of thoughts without an answer"),
        ({"reasoning": SECRET}, "--default-chat-template-kwargs '{\"enable_thinking\": false}'"),
        ({"content": "a\ud800b"}, "half of a surrogate pair"),
        ({"content": "x" * 20_000}, f"it has 20000 characters in {BUDGET} tokens"),
    ],
)
def test_a_message_without_an_answer_costs_that_prompt_alone(
    folder: Path, message: dict[str, Any], reason: str
) -> None:
    with Server(folder, Habits(takes=("chat",), ids=False)).running() as server:
        server.troubles = {"no2.": [Trouble(change={"message": message})] * 3}
        answered, report = until_it_fails(openai_backend(server, folder))
    assert answered == [0, 1, 3, 4, 5, 6]
    assert reason in report
    assert SECRET not in report

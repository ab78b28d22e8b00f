"""Malformed answers with status 200, as a gateway between a server and us may send them."""

import re
from pathlib import Path
from typing import Any

import pytest

import tests.clue.backends.openai.server as fake_server
from tests.clue.backends.openai.prompts_and_answers import SECRET, count_requests, openai_backend
from tests.clue.backends.openai.server import Server, Trouble
from tests.clue.backends.openai.test_failures import until_it_fails


@pytest.fixture(autouse=True)
def _garbled(monkeypatch: pytest.MonkeyPatch) -> None:
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
        ({"text": ["a", "list"]}, "an answer without choices and usage"),
        ({"token_ids": None}, "an answer without choices and usage"),
        ({"token_ids": ["x"]}, "an answer without choices and usage"),
        ({"prompt_tokens": None}, "an answer without choices and usage"),
    ],
)
def test_garbage_in_the_place_of_an_answer_costs_that_prompt_alone(
    server: Server, folder: Path, change: dict[str, Any], reason: str
) -> None:
    server.troubles = {"no2.": [Trouble(change=change)]}
    answered, message = until_it_fails(openai_backend(server, folder))
    assert answered == [0, 1, 3, 4, 5, 6]
    assert re.search(rf"prompt [0-9a-f]{{12}}: {reason}", message)
    assert SECRET not in message
    assert count_requests(server, "no2.") == 1

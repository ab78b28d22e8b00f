"""Answers that are none: what stands between a server and us may say anything with status 200."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tests.clue.backends.openai.server as fake_server
from tests import tiny
from tests.clue.backends.openai.asking import SECRET, asked, backend
from tests.clue.backends.openai.server import Server, Trouble
from tests.clue.backends.openai.test_failures import until_it_fails


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.llama(tmp_path_factory.mktemp("tiny"), template=tiny.CHATML, seed=3)


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    changed = fake_server._changed

    def garbled(answer: dict[str, Any], change: dict[str, Any]) -> Any:
        return change["body"] if "body" in change else changed(answer, change)

    monkeypatch.setattr(fake_server, "_changed", garbled)
    with Server(folder).running() as running:
        yield running


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
    kept, message = until_it_fails(backend(server, folder))
    assert kept == [0, 1, 3, 4, 5, 6]
    assert f"sample 2: {reason}" in message
    assert SECRET not in message
    assert asked(server, "no2.") == 1

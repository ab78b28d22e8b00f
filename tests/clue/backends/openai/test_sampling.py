"""Sampled answers of servers: what is sent, what a seed decides, what a refusal says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue.backends.draw_key import request_seed
from clue.config.generation_schema import GenerationConf
from clue.errors import ConfigError
from clue.records import Completion, Prompt
from tests.clue.backends.openai.prompts_and_answers import answers, openai_backend, prompts
from tests.clue.backends.openai.server import Habits, Server

SAMPLED = GenerationConf(temperature=0.7, top_p=0.9, draws=3)


def draws(count: int = 3) -> list[Prompt]:
    return [replace(prompt, draw=draw) for prompt in prompts(2) for draw in range(count)]


def sampled(folder: Path, conf: GenerationConf = SAMPLED, **habits: Any) -> dict[int, Completion]:
    with Server(folder, Habits(**habits)).running() as server:
        return answers(openai_backend(server, folder, [conf]).generate(draws()))


@pytest.mark.parametrize("ids", [True, False])
def test_each_draw_is_a_request_with_a_seed_of_its_own(folder: Path, *, ids: bool) -> None:
    with Server(folder, Habits(ids=ids)).running() as server:
        backend = openai_backend(server, folder, [SAMPLED], concurrency=1)
        completions = answers(backend.generate(draws()))
    sent = server.requests[-6:]
    label = backend.setup.model.label
    assert [body["seed"] for body in sent] == [
        request_seed(SAMPLED, label, prompt) for prompt in draws()
    ]
    assert {(body["temperature"], body["top_p"]) for body in sent} == {(0.7, 0.9)}
    assert [body.get("top_k") for body in sent] == [-1 if ids else None] * 6
    assert len({completion.text for completion in completions.values()}) > 2


def test_an_answer_depends_on_its_draw_alone(folder: Path) -> None:
    first = sampled(folder)
    assert sampled(folder) == first
    with Server(folder).running() as server:
        backend = openai_backend(server, folder, [replace(SAMPLED, draws=5)])
        more = answers(backend.generate(draws(5), done={0, 5, 6}))
    for index, prompt in enumerate(draws(5)):
        if index in more and prompt in draws():
            assert more[index] == first[draws().index(prompt)]


def test_models_that_are_not_coupled_have_seeds_of_their_own(folder: Path) -> None:
    conf = replace(SAMPLED, coupled=False)
    with Server(folder).running() as server:
        backend = openai_backend(server, folder, [conf], concurrency=1)
        dict(backend.generate(draws()))
    label = backend.setup.model.label
    assert server.requests[-1]["seed"] == request_seed(conf, label, draws()[-1])
    assert server.requests[-1]["seed"] != request_seed(SAMPLED, label, draws()[-1])


def test_only_sampled_answers_name_their_sampler(folder: Path) -> None:
    with Server(folder).running() as server:
        greedy = openai_backend(server, folder).identity()
        identity = openai_backend(server, folder, [SAMPLED]).identity()
    assert "sampling" not in greedy
    assert "thinking" not in greedy
    assert identity == {**greedy, "sampling": "server"}


def test_a_refused_setting_is_named_with_the_value_to_set(folder: Path) -> None:
    conf = replace(SAMPLED, top_k=50)
    with (
        Server(folder, Habits(ids=False, unknown=("top_k",))).running() as server,
        pytest.raises(
            ConfigError, match=r"refuses generation\.top_k=50 (?s:.)*set generation\.top_k=0 for"
        ),
    ):
        openai_backend(server, folder, [conf]).identity()
    assert sampled(folder, ids=False, unknown=("top_k",))


def test_a_server_that_samples_nothing_is_an_error(folder: Path) -> None:
    with (
        Server(folder, Habits(ids=False, unknown=("top_p",))).running() as server,
        pytest.raises(ConfigError, match=r"refuses sampled answers.*generation\.temperature=0"),
    ):
        openai_backend(server, folder, [SAMPLED]).identity()

"""Log-probabilities of continuations from a server for completions, and refusals of others."""

from pathlib import Path
from typing import Any

import pytest

from clue.backends import Setup, create_backend
from clue.backends.openai.echo_format import parse_echo
from clue.backends.openai.http_client import RequestRefused
from clue.backends.openai.request_format import Request
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError
from clue.records import TokenLogProbs
from tests import tiny
from tests.clue.backends.openai.prompts_and_answers import SECRET, openai_backend, prompts
from tests.clue.backends.openai.server import Habits, Server, Trouble
from tests.clue.backends.openai.test_backend import KINDS

OPTIONS = [["knee", "pain", "what are"][: 2 + n % 2] for n in range(7)]
REQUEST = Request({"model": "m"}, tokens=4, budget=1)


def local(folder: Path) -> dict[int, list[TokenLogProbs]]:
    setup = Setup(ModelConf(repo=str(folder), dtype="float32"), BackendConf(), folder, folder)
    return dict(create_backend(setup).loglikelihood(prompts(), OPTIONS))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("template", [None, tiny.CHATML], ids=["plain", "chat template"])
def test_every_kind_of_completions_scores_as_our_own_loop_does(
    kind: str, template: str | None, tmp_path: Path
) -> None:
    folder = tiny.llama(tmp_path, template=template, seed=3)
    with Server(folder, KINDS[kind][0]).running() as server:
        backend = openai_backend(server, folder)
        assert backend.likelihood_problem() is None
        scores = dict(backend.loglikelihood(prompts(), OPTIONS))
    expected = local(folder)
    assert scores.keys() == expected.keys()
    for index, values in scores.items():
        assert [value.ids for value in values] == [value.ids for value in expected[index]]
        for value, other in zip(values, expected[index], strict=True):
            assert value.logprobs == pytest.approx(other.logprobs, abs=1e-4)


@pytest.mark.parametrize(
    ("habits", "reason"),
    [
        (Habits(takes=("chat",)), "takes the turns of a chat"),
        (Habits(echo=False), "repeats no prompt with its log-probabilities"),
    ],
    ids=["chat", "no echo"],
)
def test_a_server_that_repeats_no_prompt_is_recognised_before_the_first_question(
    habits: Habits, reason: str, folder: Path
) -> None:
    with Server(folder, habits).running() as server:
        assert reason in str(openai_backend(server, folder).likelihood_problem())
        assert not [body for body in server.requests if SECRET in str(body)]


def test_a_prompt_that_gets_no_values_is_named_and_the_others_are_scored(folder: Path) -> None:
    with Server(folder).running() as server:
        server.troubles["no2."] = [Trouble(status=400)] * 9
        backend = openai_backend(server, folder, retries=0)
        scores: dict[int, list[TokenLogProbs]] = {}
        with pytest.raises(ModelError) as caught:
            scores.update(backend.loglikelihood(prompts(), OPTIONS))
    assert sorted(scores) == [0, 1, 3, 4, 5, 6]
    assert f"1 of 7 prompts without an answer:\n  {prompts()[2].name}: HTTP 400" in str(
        caught.value
    )
    assert SECRET not in str(caught.value)


def answer(values: Any, tokens: Any = 4) -> dict[str, Any]:
    choice = {"logprobs": {"token_logprobs": values}}
    return {"choices": [choice], "usage": {"prompt_tokens": tokens}}


@pytest.mark.parametrize("values", [[None, -1, -2, -3.5], [None, -1, -2, -3.5, -9]])
def test_the_last_values_of_the_prompt_are_read(values: list[float]) -> None:
    assert parse_echo(REQUEST, answer(values), 2) == (-2.0, -3.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        answer(None),
        answer("-1, -2, -3, -4"),
        answer([None, -1, -2]),
        answer([None, -1, -2, -3, -4, -5]),
        answer([None, -1, -2, 0.5]),
        answer([None, -1, -2, None]),
        answer([None, -1, -2, float("-inf")]),
        answer([None, -1, -2, True]),
        answer([None, -1, -2, -3], tokens=5),
        {"choices": [{"logprobs": None}], "usage": {"prompt_tokens": 4}},
    ],
)
def test_an_answer_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RequestRefused):
        parse_echo(REQUEST, wrong, 2)

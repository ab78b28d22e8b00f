"""Sampled answers and thoughts of a model here: the same in any batch, whole or resumed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from clue.backends import Setup, create_backend
from clue.backends.huggingface.backend import TransformersBackend
from clue.config.generation_schema import COT, NATIVE, GenerationConf, ThinkingConf
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Message, Prompt
from tests import tiny

SYSTEM = Message("system", "Answer with one word, as in the examples that follow. " * 4)
SAMPLED = GenerationConf(temperature=1.2, draws=4)
BUDGET = 12
THINKS = tiny.CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
MAY_THINK = tiny.CHATML + "{# </think> #}"


@pytest.fixture(scope="module", params=[None, tiny.CHATML], ids=["plain", "chat template"])
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.llama(tmp_path_factory.mktemp("tiny"), template=request.param, seed=3)


def backend(
    folder: Path,
    generation: GenerationConf = SAMPLED,
    thinking: ThinkingConf | None = None,
    name: str | None = None,
    **conf: Any,
) -> TransformersBackend:
    model = ModelConf(name=name, repo=str(folder), dtype="float32")
    setup = Setup(model, BackendConf(**conf), folder, folder / "cache", generation)
    opened = create_backend(replace(setup, thinking=thinking or ThinkingConf()))
    assert isinstance(opened, TransformersBackend)
    return opened


def prompts(count: int = 4, draws: int = 4, thought: int = 0) -> list[Prompt]:
    texts = ["my knee" * (1 + 3 * (i % 3)) + f" {i}" for i in range(count)]
    return [
        Prompt(
            *(str(i), (SYSTEM, Message("user", text)), BUDGET),
            draw=draw,
            thought_tokens=thought,
        )
        for i, text in enumerate(texts)
        for draw in range(draws)
    ]


def answers(opened: TransformersBackend, asked: list[Prompt], done: Any = ()) -> dict[Any, Any]:
    return {
        asked[index].key: replace(completion, seconds=0)
        for index, completion in opened.generate(asked, done)
    }


def test_a_draw_is_the_same_alone_in_any_batch_and_resumed(checkpoint: Path) -> None:
    asked = prompts()
    expected = answers(backend(checkpoint, batch_size=64), asked)
    assert len({completion.text for completion in expected.values()}) > 12
    assert answers(backend(checkpoint, batch_size=3), asked) == expected
    alone = backend(checkpoint, batch_size=1)
    assert {key: one for prompt in asked for key, one in answers(alone, [prompt]).items()} == (
        expected
    )
    rest = answers(backend(checkpoint), asked, done=set(range(7)))
    assert rest == {prompt.key: expected[prompt.key] for prompt in asked[7:]}


def test_more_draws_add_to_the_first_ones(checkpoint: Path) -> None:
    few, many = (answers(backend(checkpoint), prompts(draws=draws)) for draws in (2, 5))
    assert few.items() <= many.items()


def test_models_share_their_numbers_unless_they_are_told_not_to(checkpoint: Path) -> None:
    free = replace(SAMPLED, coupled=False)
    shared = [answers(backend(checkpoint, name=name), prompts()) for name in ("one", "two")]
    apart = [answers(backend(checkpoint, free, name=name), prompts()) for name in ("one", "two")]
    assert shared[0] == shared[1]
    assert apart[0] != apart[1]
    assert answers(backend(checkpoint, replace(SAMPLED, seed=1)), prompts()) != shared[0]


def test_the_identity_names_the_rule_of_sampling(checkpoint: Path) -> None:
    greedy = backend(checkpoint, GenerationConf()).identity()
    assert "sampling" not in greedy
    assert backend(checkpoint).identity() == greedy | {"sampling": "gumbel-1"}


def test_first_tokens_have_the_distribution_of_the_softmax(checkpoint: Path) -> None:
    """1,500 draws: the token that is at most a third of the mass, by the binomial error."""
    opened = backend(checkpoint)
    draws = 1500
    asked = [replace(prompt, max_new_tokens=1) for prompt in prompts(1, draws)]
    chat, model = opened.checkpoint.chat, opened.checkpoint.model
    ids = torch.tensor([chat.render(asked[0].messages)])
    probabilities = (model(ids).logits[0, -1] / SAMPLED.temperature).softmax(-1)
    turns = opened._batches.answers([opened._request(prompt) for prompt in asked])
    counts = torch.zeros(len(probabilities))
    for _, turn, _ in turns:
        counts[turn.tokens[0]] += 1
    errors = (probabilities * (1 - probabilities) / draws).sqrt()
    likely = probabilities > 0.005
    assert likely.sum() > 3
    deviations = (counts / draws - probabilities)[likely] / errors[likely]
    assert deviations.abs().max() < 4.5


def continued(opened: TransformersBackend, ids: list[int], budget: int) -> list[int]:
    """The library's own greedy continuation."""
    out = opened.checkpoint.model.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones((1, len(ids)), dtype=torch.long),
        do_sample=False,
        max_new_tokens=budget,
        eos_token_id=opened.checkpoint.chat.stop_ids,
        pad_token_id=0,
    )
    tokens: list[int] = out[0, len(ids) :].tolist()
    return tokens


@pytest.mark.parametrize(
    ("mode", "template", "expected"),
    [
        (COT, tiny.CHATML, {"cut"}),
        (COT, None, {"cut"}),
        (NATIVE, THINKS, {"cut"}),
        (NATIVE, MAY_THINK, {"absent"}),
    ],
)
def test_an_answer_goes_on_behind_prompt_thought_and_closing(
    mode: str, template: str | None, expected: set[str], tmp_path: Path
) -> None:
    folder = tiny.llama(tmp_path, template=template, seed=3)
    thinking = ThinkingConf(mode)
    asked = prompts(6, 1, thought=30)
    opened = backend(folder, GenerationConf(), thinking)
    chat = opened.checkpoint.chat
    ends = set()
    for index, completion in opened.generate(asked):
        ends.add(completion.thought_end)
        ids = chat.render(asked[index].messages)
        turn = next(opened._batches.answers([opened._request(asked[index])]))[1]
        start = turn.answer_start
        assert start is not None
        closing = opened._rules.closing
        if turn.is_cut:
            free = continued(opened, ids, start - len(closing))
            assert turn.tokens[:start] == [*free, *closing][:start]
        answer = continued(opened, ids + turn.tokens[:start], BUDGET)
        assert turn.tokens[start:] == answer
        assert completion.text.strip() == chat.completion(0, answer, 0).text.strip()
        assert completion.new_tokens == len(answer)
        assert completion.thought_tokens == start <= 30
    assert ends == expected


def test_thoughts_are_the_same_in_any_batch_and_resumed(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, seed=3)
    asked = prompts(4, 2, thought=20)
    thinking = ThinkingConf(COT)
    expected = answers(backend(folder, SAMPLED, thinking), asked)
    assert answers(backend(folder, SAMPLED, thinking, batch_size=3), asked) == expected
    rest = answers(backend(folder, SAMPLED, thinking, batch_size=3), asked, done={0, 1, 4})
    assert rest.items() <= expected.items()
    assert all(one.thought_end and one.thought_tokens for one in expected.values())


def test_a_model_without_thoughts_answers_as_it_does_without_the_setting(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path, template=tiny.CHATML, seed=3)
    thinking = ThinkingConf(NATIVE, absent="answer")
    thinks = answers(backend(folder, GenerationConf(), thinking), prompts(3, 1, thought=20))
    at_once: dict[Any, Completion] = answers(backend(folder, GenerationConf()), prompts(3, 1))
    assert thinks == at_once
    assert {one.thought_end for one in at_once.values()} == {None}


def test_every_step_draws_with_numbers_of_its_own(checkpoint: Path) -> None:
    opened = backend(checkpoint, replace(SAMPLED, temperature=100.0))
    requests = [opened._request(prompt) for prompt in prompts(3, 1)]
    for _, turn, _ in opened._batches.answers(requests):
        assert len(set(turn.tokens)) > len(turn.tokens) / 2  # nearly uniform over 300 tokens

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoConfig, AutoModelForCausalLM

from clue.backends.huggingface import likelihood, prompt_reading
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.kv_cache import KvCacheLayer
from clue.backends.huggingface.likelihood import LikelihoodReader, logprobs_of
from clue.backends.huggingface.packed_linear import unpack
from clue.backends.huggingface.prompt_reading import PromptReader
from clue.backends.huggingface.turn import TurnRules
from clue.checkpoints.continuation import ContinuedPrompt
from clue.errors import ModelError
from clue.records import TokenLogProbs
from tests import tiny
from tests.clue.backends.huggingface.test_backend import prompts as questions
from tests.clue.backends.huggingface.test_backend import transformers_backend
from tests.clue.backends.huggingface.test_decoding import (
    SHAPE,
    VOCABULARY,
    WINDOW,
    llama,
    mistral,
    prompt,
    reading,
)

TOLERANCE = 2e-5
"""Four tokens whose logits, up to 64, are float32 at the end; a model in float32 errs by 3e-4."""
ids = st.integers(0, VOCABULARY - 1)
continuations_of = st.lists(st.lists(ids, min_size=1, max_size=4), min_size=1, max_size=5)


@pytest.fixture(scope="module", params=[llama, mistral], ids=["llama", "sliding window"])
def model(request: pytest.FixtureRequest) -> Any:
    return request.param().double()


def scored(
    model: Any, prompts: Sequence[ContinuedPrompt], size: int = 64, **bounds: Any
) -> list[list[TokenLogProbs]]:
    scores = dict(BatchGenerator(model, TurnRules(), size=size, **bounds).logprobs(prompts))
    return [scores[index] for index in range(len(prompts))]


def by_loss(model: Any, context: list[int], continuation: list[int]) -> float:
    """The library's own loss over the continuation, times its length."""
    row = torch.tensor([[*context, *continuation]])
    labels = row.clone()
    labels[:, : len(context)] = -100
    with torch.inference_mode():
        loss = model(input_ids=row, labels=labels).loss.item()
    return -float(loss) * len(continuation)


def check(model: Any, prompts: Sequence[ContinuedPrompt], scores: Any) -> None:
    for one, values in zip(prompts, scores, strict=True):
        assert [list(value.ids) for value in values] == list(one.continuations)
        assert [value.total for value in values] == pytest.approx(
            [by_loss(model, one.context, ids) for ids in one.continuations], abs=TOLERANCE
        )


@settings(max_examples=15)
@given(
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(1, 50), continuations_of), min_size=1, max_size=6),
    st.sampled_from([16, 64, 512]),
    st.integers(1, 6),
)
def test_log_probabilities_are_those_of_the_librarys_loss(
    model: Any, shared: int, drawn: list[tuple[int, list[list[int]]]], most: int, size: int
) -> None:
    prompts = [
        ContinuedPrompt(prompt(shared, 1) + prompt(length, 2 + number), tuple(continuations))
        for number, (length, continuations) in enumerate(drawn)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(prompt_reading.PASS_TOKENS, "cpu", most)
        check(model, prompts, scored(model, prompts, size))


@settings(max_examples=10)
@given(st.permutations(range(6)), st.integers(1, 6), st.integers(40, 400))
def test_batches_and_order_change_nothing_beyond_rounding(
    model: Any, order: list[int], size: int, tokens: int
) -> None:
    head = prompt(40, 1)
    prompts = [
        ContinuedPrompt(head + prompt(3 + 7 * i, 2 + i), ([5], [6, 7], [6, 8, i])) for i in range(6)
    ]
    alone = [scored(model, [one])[0] for one in prompts]
    shuffled = scored(model, [prompts[index] for index in order], size, tokens=tokens)
    for index, values in zip(order, shuffled, strict=True):
        assert [value.ids for value in values] == [value.ids for value in alone[index]]
        for value, other in zip(values, alone[index], strict=True):
            assert value.logprobs == pytest.approx(other.logprobs, abs=TOLERANCE)


def test_single_tokens_need_one_pass_and_branches_one_each(model: Any) -> None:
    rows = [prompt(20 + i, 2 + i) for i in range(3)]
    with reading(model) as passes:
        scored(model, [ContinuedPrompt(row, ([1], [2], [3], [4])) for row in rows])
    assert passes == [(3, 22)]
    with reading(model) as passes:
        scored(model, [ContinuedPrompt(row, ([1], [2, 3, 4], [2, 3, 5], [7, 8])) for row in rows])
    assert passes == [(3, 22), (3, 2), (3, 1)]


def test_a_branch_of_many_rows_is_read_in_parts(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likelihood, "CHUNK", 4 * VOCABULARY)
    prompts = [ContinuedPrompt(prompt(9 + i, i), ([1, 2, i], [3, i])) for i in range(5)]
    with reading(model) as passes:
        scores = scored(model, prompts)
    assert passes[1:] == [(2, 2), (2, 2), (1, 2), *[(4, 1), (1, 1)]]
    check(model, prompts, scores)


def test_prompts_in_any_order_get_their_own_values(model: Any) -> None:
    prompts = [ContinuedPrompt(prompt(9 + 5 * i, i), ([1], [2, 3])) for i in (2, 0, 3, 1)]
    check(model, prompts, LikelihoodReader(model, PromptReader(model, [])).logprobs(prompts))


def test_what_is_done_is_not_scored_and_changes_nothing(model: Any) -> None:
    prompts = [ContinuedPrompt(prompt(9 + i, i), ([1], [2, 3])) for i in range(7)]
    complete = dict(BatchGenerator(model, TurnRules(), size=3).logprobs(prompts))
    rest = dict(BatchGenerator(model, TurnRules(), size=3).logprobs(prompts, done={0, 1, 5}))
    assert sorted(rest) == [2, 3, 4, 6]
    assert rest == {index: complete[index] for index in rest}


def test_nothing_is_read_that_was_in_memory_before(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = KvCacheLayer.lazy_initialization

    def dirty(self: KvCacheLayer, *states: Any) -> None:
        take(self, *states)
        self.keys.fill_(float("nan"))
        self.values.fill_(float("nan"))

    monkeypatch.setattr(KvCacheLayer, "lazy_initialization", dirty)
    prompts = [
        ContinuedPrompt(prompt(35, 1) + prompt(4 * i + 1, i), ([1, 2, 3], [4, 5], [6][: i + 1]))
        for i in range(4)
    ]
    scores = scored(model, prompts)
    monkeypatch.undo()
    check(model, prompts, scores)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("gemma2", {"head_dim": 8, "sliding_window": WINDOW}),  # in every other layer
        ("qwen3", {"head_dim": 8}),
        ("mixtral", {"num_local_experts": 4}),
        ("gpt_neox", {}),
    ],
)
def test_other_architectures_score_as_their_loss_does(kind: str, more: dict[str, Any]) -> None:
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **SHAPE, **more)).eval()
    prompts = [
        ContinuedPrompt(prompt(40, 1) + prompt(5 + 9 * i, 2 + i), ([1], [2, 3], [4, 5, 6]))
        for i in range(3)
    ]
    check(model, prompts, scored(model, prompts))


def test_logits_of_half_precision_are_normalised_in_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logits = torch.randn(5, 2, 1000, generator=torch.Generator().manual_seed(1)).bfloat16()
    tokens = [(row, column, 7 * row) for row in range(5) for column in range(2)]
    exact = torch.log_softmax(logits.double(), -1)
    for chunk in (1, 3 * 2000, 2**24):
        monkeypatch.setattr(likelihood, "CHUNK", chunk)
        values = logprobs_of(logits, tokens)
        assert values == pytest.approx([exact[token].item() for token in tokens], abs=1e-6)


def test_equal_logits_have_equal_log_probabilities() -> None:
    model = llama()
    with torch.no_grad():
        model.lm_head.weight[11] = model.lm_head.weight[12]
    values = scored(model, [ContinuedPrompt(prompt(9, 1), ([11], [12], [13]))])[0]
    assert values[0].logprobs == values[1].logprobs != values[2].logprobs


@pytest.mark.parametrize("template", [None, tiny.CHATML], ids=["plain", "chat template"])
def test_the_backend_scores_options_behind_the_rendered_chat(
    template: str | None, tmp_path: Path
) -> None:
    folder = tiny.llama(tmp_path, template=template, seed=3)
    backend = transformers_backend(folder, tmp_path, batch_size=3)
    unpack(backend.checkpoint.model)  # packed weights have no double precision
    backend.checkpoint.model.double()
    assert backend.likelihood_problem() is None
    options = [["knee", "pain", "what are"][: 2 + i % 2] for i in range(7)]
    scores = dict(backend.loglikelihood(questions(), options, done={2}))
    assert sorted(scores) == [0, 1, 3, 4, 5, 6]
    chat, model = backend.checkpoint.chat, backend.checkpoint.model
    for index, values in scores.items():
        context = chat.render(questions()[index].messages)
        text = chat.tokenizer.decode(context) + ("" if template else " ")
        for option, value in zip(options[index], values, strict=True):
            ids = chat.tokenizer(text + option, add_special_tokens=False)["input_ids"]
            expected = by_loss(model, context, ids[len(context) :])
            assert value.total == pytest.approx(expected, abs=TOLERANCE)


def test_a_model_that_computes_no_numbers_is_refused() -> None:
    model = llama()
    with torch.no_grad():
        model.lm_head.weight[3] = float("nan")
    with pytest.raises(ModelError, match="no numbers"):
        scored(model, [ContinuedPrompt(prompt(9, 1), ([11], [12]))])

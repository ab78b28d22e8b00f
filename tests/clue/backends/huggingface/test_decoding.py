from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

from clue.backends.huggingface import (
    prefix_attention,
    prompt_reading,
    shared_prefix,
)
from clue.backends.huggingface.architecture import free_encoders
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.kv_cache import KvCacheLayer
from clue.backends.huggingface.packed_linear import PackedLinear, pack
from clue.backends.huggingface.prefix_trial import enable
from clue.backends.huggingface.turn import TurnRules
from tests.clue.backends.huggingface import with_pictures
from tests.clue.backends.huggingface.asking import batched, decoded

VOCABULARY = 97
SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.6,
}
WINDOW = 24


def llama() -> Any:
    torch.manual_seed(5)
    return LlamaForCausalLM(LlamaConfig(**SHAPE)).eval()


def mistral() -> Any:
    torch.manual_seed(5)
    return MistralForCausalLM(MistralConfig(**SHAPE, sliding_window=WINDOW)).eval()


def referring() -> Any:
    model = llama()
    enable(model)
    assert prefix_attention.is_enabled(model)
    return model


def packed() -> Any:
    model = referring()
    pack(model)
    assert isinstance(model.lm_head, PackedLinear)
    return model


@pytest.fixture(
    scope="module",
    params=[llama, mistral, referring, packed],
    ids=["llama", "sliding window", "shared prefix", "packed layers"],
)
def model(request: pytest.FixtureRequest) -> Any:
    return request.param()


def generated(model: Any, row: list[int], budget: int) -> list[int]:
    """Answer of the library's own `generate` to a prompt alone."""
    ids = torch.tensor([row])
    out = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=budget,
        eos_token_id=None,
        pad_token_id=0,
    )
    answer: list[int] = out[0, len(row) :].tolist()
    return answer


def answered(
    model: Any, rows: Sequence[list[int]], budgets: Sequence[int], prefix: list[int]
) -> list[list[int]]:
    return decoded(Decoder(model, TurnRules(), prefix), rows, budgets)


@contextmanager
def reading(model: Any) -> Iterator[list[tuple[int, ...]]]:
    """Shapes of the ids of every pass: rows, width."""
    shapes: list[tuple[int, ...]] = []

    def note(_: Any, __: Any, given: dict[str, Any]) -> None:
        shapes.append(tuple(given["input_ids"].shape))

    hook = model.register_forward_pre_hook(note, with_kwargs=True)
    yield shapes
    hook.remove()


def prompt(length: int, seed: int) -> list[int]:
    return torch.randint(
        VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed)
    ).tolist()


rows_of = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=7
)


@settings(max_examples=12)
@given(st.integers(0, 60), rows_of, st.sampled_from([16, 64, 512]))
def test_a_batch_answers_as_generate_does_one_by_one(
    model: Any, known: int, drawn: list[tuple[int, int, int]], most: int
) -> None:
    prefix = prompt(known, 1)
    rows = [prefix + prompt(length, 2 + seed) for length, seed, _ in drawn]
    budgets = [budget for *_, budget in drawn]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(prompt_reading.PASS_TOKENS, "cpu", most)
        answers = answered(model, rows, budgets, prefix)
    expected = [generated(model, row, n) for row, n in zip(rows, budgets, strict=True)]
    assert answers == expected


def test_what_all_share_is_read_once(model: Any) -> None:
    prefix = prompt(100, 1)
    rows = [prefix + prompt(10 + i, 2 + i) for i in range(4)]
    with reading(model) as passes:
        answered(model, rows, [1] * 4, prefix)
    assert passes == [(1, 100), (4, 13)]


def test_families_within_families_are_read_once(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_prefix, "MIN_FAMILY_PREFIX", 20)
    monkeypatch.setitem(shared_prefix.FAMILY_SAVING, "cpu", 20)
    head = prompt(40, 1)
    letters = [head + prompt(60, 2), head + prompt(50, 3)]
    notes = [letters[0] + prompt(30, 4), letters[0] + prompt(30, 5)]
    rows = [
        *(note + prompt(7, 6 + i) for note in notes for i in range(2)),
        *(letters[1] + prompt(9, 16 + i) for i in range(3)),
        head + prompt(12, 30),
    ]
    order = [3, 7, 0, 5, 2, 6, 1, 4]
    rows = [rows[index] for index in order]
    with reading(model) as passes:
        answers = batched(BatchGenerator(model, TurnRules()), rows, [1] * 8)
    assert answers == {index: generated(model, row, 1) for index, row in enumerate(rows)}
    widths = sorted(passes)
    assert widths == sorted(
        [(1, 40), (1, 60), (1, 30), (1, 30), (2, 7), (2, 7), (1, 50), (3, 9), (1, 12)]
    )


def test_the_next_batch_goes_on_with_the_family_of_the_last_one(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_prefix, "MIN_FAMILY_PREFIX", 20)
    monkeypatch.setitem(shared_prefix.FAMILY_SAVING, "cpu", 20)
    head = prompt(40, 1)
    rows = [*(head + prompt(7, 6 + i) for i in range(4)), *(prompt(9, 20 + i) for i in range(2))]
    decoder = Decoder(model, TurnRules(), [])
    for part, expected in (
        (rows[:2], [(1, 40), (2, 7)]),
        (rows[2:4], [(2, 7)]),  # the head is there
        (rows[4:], [(2, 9)]),
        (rows[:2], [(2, 7)]),
    ):
        with reading(model) as passes:
            answers = decoded(decoder, part, [1, 1])
        assert sorted(passes) == expected
        assert answers == [generated(model, row, 1) for row in part]


def test_a_family_in_two_batches_is_read_once_beside_a_longer_one(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_prefix, "MIN_FAMILY_PREFIX", 20)
    monkeypatch.setitem(shared_prefix.FAMILY_SAVING, "cpu", 20)
    heads = [prompt(40, 1), prompt(30, 2)]
    # the second batch has the rest of the first family, which is shorter, and some of the second
    sizes = [(0, size) for size in (20, 19, 18, 17, 8, 7)] + [(1, size) for size in (28, 27, 26)]
    rows = [heads[head] + prompt(size, 3 + size) for head, size in sizes]
    with reading(model) as passes:
        answers = batched(BatchGenerator(model, TurnRules(), size=4), rows, [1] * len(rows))
    assert answers == {index: generated(model, row, 1) for index, row in enumerate(rows)}
    assert [passes.count((1, len(head))) for head in heads] == [1, 1]


def test_a_family_may_begin_with_a_short_prompt(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_prefix, "MIN_FAMILY_PREFIX", 20)
    monkeypatch.setitem(shared_prefix.FAMILY_SAVING, "cpu", 20)
    head = prompt(40, 1)
    short, long = ([*head, first, *prompt(size, 2)] for first, size in ((3, 5), (7, 30)))
    rows = sorted([short, long, [*long[:-1], 9]])
    assert rows[0] == short  # families are read in the order of their texts
    assert answered(model, rows, [4] * 3, []) == [generated(model, row, 4) for row in rows]


def test_a_long_prompt_is_read_in_several_passes_behind_its_beginning(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(prompt_reading.PASS_TOKENS, "cpu", 50)
    prefix = prompt(60, 1)
    rows = [prefix + prompt(120, 2), prefix + prompt(20, 3)]
    with reading(model) as passes:
        answers = answered(model, rows, [3, 3], prefix)
    assert answers == [generated(model, row, 3) for row in rows]
    assert passes[:5] == [(1, 60), (1, 50), (1, 50), (1, 20), (1, 20)]


def test_a_beginning_that_is_a_small_part_is_read_with_the_prompt(model: Any) -> None:
    prefix = prompt(32, 1)
    row = prefix + prompt(300, 2)
    with reading(model) as passes:
        answers = answered(model, [row], [2], prefix)
    assert answers == [generated(model, row, 2)]
    assert passes == [(1, 332), (1, 1)]


def test_a_row_that_ended_leaves_the_batch(model: Any) -> None:
    rows = [prompt(20 + 7 * i, i) for i in range(4)]
    with reading(model) as passes:
        answers = answered(model, rows, [3, 1, 5, 2], [])
    assert [len(answer) for answer in answers] == [3, 1, 5, 2]
    assert answers == [generated(model, row, n) for row, n in zip(rows, [3, 1, 5, 2], strict=True)]
    assert [shape[0] for shape in passes if shape[1] == 1] == [3, 2, 1, 1]


def test_keys_and_values_stay_in_the_type_of_the_model() -> None:
    half = llama().to(torch.bfloat16)
    rows = [prompt(20, 1), prompt(30, 2)]
    pools = []
    decoder = Decoder(half, TurnRules(), ())
    original = prompt_reading.KvCache
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prompt_reading, "KvCache", lambda *a: pools.append(original(*a)) or pools[-1])
        decoded(decoder, rows, [4, 4])
    assert {layer.keys.dtype for layer in pools[0].layers} == {torch.bfloat16}
    assert {layer.keys.shape for layer in pools[0].layers} == {(2, 2, 34, 8)}


def test_nothing_is_read_that_was_in_memory_before(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = KvCacheLayer.lazy_initialization

    def dirty(self: KvCacheLayer, *states: Any) -> None:
        take(self, *states)
        self.keys.fill_(float("nan"))
        self.values.fill_(float("nan"))

    monkeypatch.setattr(KvCacheLayer, "lazy_initialization", dirty)
    monkeypatch.setitem(prompt_reading.PASS_TOKENS, "cpu", 40)
    head = prompt(35, 1)
    for prefix in ([], head):
        rows = [head + prompt(length, length) for length in (90, 41, 30, 12, 3)]
        answers = answered(model, rows, [4] * 5, prefix)
        assert answers == [generated(model, row, 4) for row in rows]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("gemma2", {"head_dim": 8, "sliding_window": WINDOW}),  # in every other layer
        ("gemma3_text", {"head_dim": 8, "sliding_window": WINDOW, "sliding_window_pattern": 3}),
        ("qwen3", {"head_dim": 8}),
        ("phi3", {"sliding_window": WINDOW, "pad_token_id": 0}),
        ("mixtral", {"num_local_experts": 4}),
        ("gpt_neox", {}),
    ],
)
def test_other_architectures_answer_as_generate_does(kind: str, more: dict[str, Any]) -> None:
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **SHAPE, **more)).eval()
    head = prompt(50, 1)
    rows = [head + prompt(5 + 9 * i, 2 + i) for i in range(4)]
    expected = [generated(model, row, 4) for row in rows]
    assert answered(model, rows, [4] * 4, head) == expected
    assert len({tuple(answer) for answer in expected}) > 1


@pytest.mark.parametrize("kind", with_pictures.PARTS)
def test_a_model_for_pictures_answers_text_as_generate_does(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(prompt_reading.PASS_TOKENS, "cpu", 100)
    model = with_pictures.model(kind, VOCABULARY + 8)
    head = prompt(50, 1)  # longer than a sliding window
    rows = [head + prompt(5 + 9 * i, 2 + i) for i in range(4)]
    budgets = [8, 3, 8, 5]
    expected = [generated(model, row, budget) for row, budget in zip(rows, budgets, strict=True)]
    free_encoders(model)
    assert answered(model, rows, budgets, head) == expected
    assert answered(model, rows, budgets, []) == expected
    assert len({tuple(answer[:3]) for answer in expected}) > 1

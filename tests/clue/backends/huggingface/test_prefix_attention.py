import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoConfig, AutoModelForCausalLM

from clue.backends.huggingface import prefix_attention
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.prefix_attention import (
    BLOCK,
    PassRows,
    UnsupportedAttentionError,
    attention,
    is_enabled,
)
from clue.backends.huggingface.prefix_trial import enable
from clue.backends.huggingface.prompt_reading import PromptReader
from clue.backends.huggingface.turn import TurnRules
from tests.clue.backends.huggingface.asking import batched
from tests.clue.backends.huggingface.test_decoding import SHAPE, WINDOW, llama, prompt

SIZE, COLUMNS = 8, 11
MODULE = SimpleNamespace(layer_idx=0, is_causal=True)


def undivided(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, visible: torch.Tensor
) -> torch.Tensor:
    """Attention of one row in float64: queries (heads, width, size), keys (groups, n, size)."""
    repeats = len(query) // len(keys)
    query, keys, values = (
        part.double().repeat_interleave(times, 0)
        for part, times in ((query, 1), (keys, repeats), (values, repeats))
    )
    scores = (query @ keys.transpose(1, 2) / math.sqrt(SIZE)).masked_fill(~visible, -math.inf)
    return (scores.softmax(-1) @ values).transpose(0, 1)


def states(generator: torch.Generator, dtype: torch.dtype, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, SIZE, generator=generator).to(dtype)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 999),
    shape=st.sampled_from([(1, 1), (1, 3), (2, 1), (2, 3)]),
    width=st.sampled_from([1, 4]),
    lengths=st.lists(st.integers(0, 2), min_size=1, max_size=2 * BLOCK + 1),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
)
def test_attention_in_parts_is_attention_over_all_tokens(
    seed: int, shape: tuple[int, int], width: int, lengths: list[int], dtype: torch.dtype
) -> None:
    generator = torch.Generator().manual_seed(seed)
    groups, repeats = shape
    rows, heads = len(lengths), groups * repeats
    query = states(generator, dtype, rows, heads, width)
    key, value = (states(generator, dtype, rows, groups, COLUMNS) for _ in range(2))
    mask = torch.ones(rows, 1, width, COLUMNS, dtype=torch.bool).tril(COLUMNS - width)
    gaps = torch.randint(COLUMNS - width + 1, (rows,), generator=generator).tolist()
    for row, gap in enumerate(gaps):
        mask[row, :, :, :gap] = False
    layers = [  # of no prefix, a short one and a long one
        SimpleNamespace(
            keys=states(generator, dtype, 1, groups, length),
            values=states(generator, dtype, 1, groups, length),
            is_initialized=True,
        )
        for length in (0, 5, 300)
    ]
    used = sorted(set(lengths) - {0})
    parts = [
        (
            [row for row, choice in enumerate(lengths) if choice == chosen]
            if set(lengths) != {chosen}
            else None,
            SimpleNamespace(layers=[layers[chosen]]),
        )
        for chosen in used
    ]
    output, _ = attention(
        *(MODULE, query, key, value, mask), pass_rows=PassRows(gaps, parts), dropout=0.0
    )
    assert output.shape == (rows, width, heads, SIZE)
    # the library's attention rounds once, in parts twice
    tolerance = 2e-6 if dtype == torch.float32 else 2**-7
    for row, choice in enumerate(lengths):
        prefix = layers[choice]
        seen = mask.new_ones(width, prefix.keys.shape[2])
        expected = undivided(
            query[row],
            torch.cat([prefix.keys[0], key[row]], 1),
            torch.cat([prefix.values[0], value[row]], 1),
            torch.cat([seen, mask[row, 0]], 1),
        )
        assert torch.allclose(output[row].double(), expected, rtol=tolerance, atol=tolerance)


def test_a_keyword_that_changes_attention_is_no_prefix_s() -> None:
    query = torch.ones(1, 1, 1, SIZE)
    prefixes = PassRows([0])
    attention(MODULE, query, query, query, None, pass_rows=prefixes, position_ids=query)
    with pytest.raises(UnsupportedAttentionError, match="softcap"):
        attention(MODULE, query, query, query, None, pass_rows=prefixes, softcap=50.0)


def test_a_layer_that_does_not_see_the_prefix_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    model = llama()
    enable(model)
    layer = model.model.layers[1].self_attn
    forward = layer.forward

    def forgetful(*args: Any, pass_rows: Any = None, **kwargs: Any) -> Any:
        del pass_rows
        return forward(*args, **kwargs)

    monkeypatch.setattr(layer, "forward", forgetful)
    reader = PromptReader(model, prompt(40, 1))
    rows = [[*prompt(40, 1), 5]]
    with pytest.raises(UnsupportedAttentionError, match=r"\[1\]"), torch.inference_mode():
        list(reader.read(reader.new_cache(rows, 0), rows))


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("qwen3", {"head_dim": 8}, True),
        ("gpt_neox", {}, True),
        ("mixtral", {"num_local_experts": 4}, True),
        ("mistral", {"sliding_window": None}, True),
        ("mistral", {"sliding_window": WINDOW}, False),
        ("gemma2", {"head_dim": 8, "sliding_window": WINDOW}, False),
        ("mpt", {}, False),  # its attention is its own
    ],
)
def test_models_whose_attention_needs_no_more_share(
    kind: str, more: dict[str, Any], expected: bool
) -> None:
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **SHAPE, **more)).eval()
    before = model.config._attn_implementation
    enable(model)
    assert is_enabled(model) == expected
    assert (model.config._attn_implementation == before) != expected


def test_memory_holds_a_prefix_once_and_the_batch_is_planned_for_that() -> None:
    model = llama()
    head = prompt(200, 1)
    rows = [head + prompt(5 + number, 2 + number) for number in range(6)]
    sizes: list[list[tuple[int, int]]] = []
    answers = []
    with pytest.MonkeyPatch.context() as patch:
        create = KvCache.__init__

        def noted(self: KvCache, lengths: list[int], new_tokens: int) -> None:
            create(self, lengths, new_tokens)
            sizes[-1].append((len(lengths), max(lengths) + new_tokens))

        patch.setattr(KvCache, "__init__", noted)
        for _ in range(2):
            sizes.append([])
            batches = BatchGenerator(model, TurnRules(), tokens=500)
            answers.append(batched(batches, rows, [3] * len(rows)))
            sizes.append([])
            enable(model)
            sizes.pop()
    assert answers[0] == answers[1]
    copied, referred = sizes
    assert sum(rows for rows, _ in copied) == sum(rows for rows, _ in referred) == 1 + len(rows)
    assert (1, 200) in copied
    assert (1, 200) in referred
    assert max(width for _, width in copied) == 213
    assert sorted(referred) == [(1, 200), (6, 13)]


def test_attention_without_prefixes_is_the_library_s(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(
        prefix_attention,
        "sdpa_attention_forward",
        lambda *args, **kwargs: (calls.append((args, kwargs)) or args[1], None),
    )
    query = torch.ones(1, 1, 1, SIZE)
    output, _ = attention(MODULE, query, query, query, None, scaling=0.5, sliding_window=4)
    assert output is query
    assert calls[0][1] == {"scaling": 0.5, "sliding_window": 4}

import gc
import subprocess
import sys
import weakref
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from clue.backends.huggingface import memory, prompt_reading
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.decoding import Decoder
from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.turn import TurnRules
from clue.errors import ModelError
from tests.clue.backends.huggingface.asking import batched, requests

VOCABULARY = 97
LIMITED = """
import resource, sys
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.turn import AnswerRequest, TurnRules
from clue.errors import ModelError

torch.set_num_threads(1)
torch.manual_seed(0)
config = LlamaConfig(
    vocab_size=97, hidden_size=64, intermediate_size=64, num_hidden_layers=4,
    num_attention_heads=4, max_position_embeddings=4096, initializer_range=0.6,
)
model = LlamaForCausalLM(config).eval()
rows = [torch.randint(97, (20 + i,)).tolist() for i in range(64)]

def answer_all(room):
    # every token ends a turn, so that room for answers costs memory and no time
    batched = BatchGenerator(model, TurnRules(None, range(97)), tokens=10**9)
    requests = [AnswerRequest(row, room) for row in rows]
    answers = {i: turn.tokens for i, turn, _ in batched.answers(requests)}
    return [answers[i] for i in range(len(rows))], batched.halvings

free, halvings = answer_all(1950)
assert halvings == 0
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = used + 140 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
limited, halvings = answer_all(1950)  # 64 rows of 2,033 columns of 2 KiB: 254 MiB
print(limited == free, halvings)
try:
    answer_all(10**6)
except ModelError as error:
    print(error)
"""


def llama() -> Any:
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.6,
    )
    return LlamaForCausalLM(config).eval()


def prompts(count: int) -> list[list[int]]:
    torch.manual_seed(1)
    return [torch.randint(VOCABULARY, (10 + i,)).tolist() for i in range(count)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_batch_that_memory_does_not_take_is_halved_until_it_fits() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    halved, _, refused = done.stdout.partition("\n")
    assert halved in ("True 1", "True 3")  # the whole; or the whole and both its halves
    assert "64 prompts of up to 83 tokens in one batch: halved" in done.stderr
    assert "does not suffice for one prompt of 83 tokens" in refused
    assert "model.quantization=int4" in refused


def exhausted_from(count: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let batches of `count` rows and more fail; sizes of those that were tried."""
    sizes: list[int] = []
    answer = Decoder.answer

    def limited(self: Decoder, requests: Any) -> Any:
        sizes.append(len(requests))
        if len(requests) >= count:
            raise error
        return answer(self, requests)

    monkeypatch.setattr(Decoder, "answer", limited)
    return sizes


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:128] DefaultCPUAllocator: not enough memory"),
        MemoryError(),
    ],
)
def test_whatever_says_that_memory_ran_out_halves_and_every_prompt_is_answered_once(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, rows = llama(), prompts(7)
    complete = batched(BatchGenerator(model, TurnRules()), rows, [3] * 7)
    sizes = exhausted_from(3, error, monkeypatch)
    batches = BatchGenerator(model, TurnRules())
    answers = list(batches.answers(requests(rows, [3] * 7)))
    assert sorted(index for index, *_ in answers) == list(range(7))
    assert {index: turn.tokens for index, turn, _ in answers} == complete
    assert sizes == [7, 3, 1, 2, 4, 2, 2]
    assert batches.halvings == 3


def test_another_error_is_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = exhausted_from(1, RuntimeError("shapes differ"), monkeypatch)
    with pytest.raises(RuntimeError, match="shapes differ"):
        batched(BatchGenerator(llama(), TurnRules()), prompts(4), [3] * 4)
    assert sizes == [4]


def test_one_prompt_that_does_not_fit_names_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    exhausted_from(1, MemoryError(), monkeypatch)
    with pytest.raises(ModelError, match=r"one prompt of 13 tokens.*model.dtype=bfloat16"):
        batched(BatchGenerator(llama(), TurnRules()), prompts(4), [3] * 4)


def test_the_memory_of_a_token_is_that_of_its_keys_and_values() -> None:
    model = llama()
    out = model(input_ids=torch.ones((1, 5), dtype=torch.long), use_cache=True)
    cached_bytes = sum(
        layer.keys.nbytes + layer.values.nbytes for layer in out.past_key_values.layers
    )
    assert memory.kv_bytes_per_token(model) * 5 == cached_bytes
    assert memory.default_batch_tokens(model) == memory.BYTES_OF_CPU * 5 // cached_bytes
    assert memory.kv_bytes_per_token(model.to(torch.bfloat16)) * 10 == cached_bytes


def test_batches_are_planned_over_all_prompts_whatever_is_done() -> None:
    model, rows = llama(), prompts(9)
    seen: list[int] = []
    model.register_forward_pre_hook(
        lambda _, __, given: seen.append(given["input_ids"].numel()), with_kwargs=True
    )
    batches = BatchGenerator(model, TurnRules(), size=3)
    complete = batched(batches, rows, [1] * 9)
    passes = list(seen)
    seen.clear()
    rest = batched(batches, rows, [1] * 9, {0, 4, 6, 7, 8})
    assert rest == {i: complete[i] for i in (1, 2, 3, 5)}
    assert seen == passes[1:]  # the longest three, 6 to 8, are done; their batch is left out


@pytest.mark.parametrize("kind", ["mamba", "jamba", "qwen3_next"])
def test_a_model_with_a_state_in_the_place_of_keys_and_values_is_refused(kind: str) -> None:
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind))
    with pytest.raises(ModelError, match=rf"type {kind} .*backend=vllm"):
        BatchGenerator(model, TurnRules())


def test_no_batch_keeps_the_memory_of_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without garbage collection: a cache in a reference cycle would hold gigabytes until then."""
    alive: weakref.WeakSet[KvCache] = weakref.WeakSet()

    class Counted(KvCache):
        def __init__(self, lengths: Sequence[int], new_tokens: int) -> None:
            super().__init__(lengths, new_tokens)
            alive.add(self)

    monkeypatch.setattr(prompt_reading, "KvCache", Counted)
    generator = torch.Generator().manual_seed(3)
    common, *others = (
        torch.randint(VOCABULARY, (40,), generator=generator).tolist() for _ in range(25)
    )
    rows = [common + others[n // 4][:30] + others[n] for n in range(24)]  # families in a prefix
    batches = BatchGenerator(llama(), TurnRules(), tokens=500)
    gc.collect()
    gc.disable()
    try:
        counts = [len(alive) for _ in batches.answers(requests(rows, [4] * len(rows)))]
    finally:
        gc.enable()
    assert len(counts) == len(rows)
    assert max(counts) <= 1  # the prefix that all share

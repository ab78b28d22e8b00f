import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clue.backends.huggingface import packed_linear
from clue.backends.huggingface.batching import BatchGenerator
from clue.backends.huggingface.packed_linear import PackedLinear, helps, pack, unpack
from clue.backends.huggingface.turn import TurnRules
from tests import tiny
from tests.clue.backends.huggingface.asking import batched
from tests.clue.backends.huggingface.test_backend import transformers_backend
from tests.clue.backends.huggingface.test_decoding import llama, mistral, prompt

AMD = "vendor_id\t: AuthenticAMD\n"


def packed_names(model: Any) -> list[str]:
    return [name for name, part in model.named_modules() if isinstance(part, PackedLinear)]


def linear_names(model: Any) -> list[str]:
    return [name for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 99),
    shape=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    bias=st.booleans(),
    dtype=st.sampled_from(packed_linear.DTYPES),
)
def test_a_product_is_that_of_the_weight_whatever_the_number_of_rows(
    seed: int, shape: list[int], size: tuple[int, int], bias: bool, dtype: torch.dtype
) -> None:
    torch.manual_seed(seed)
    linear = torch.nn.Linear(*size, bias=bias).to(dtype)
    states = torch.randn(*shape, size[0]).to(dtype)
    with torch.inference_mode():
        product = PackedLinear(linear)(states)
        exact = linear.double()(states.double())
    assert product.dtype == dtype
    precision = {torch.float32: 1e-5, torch.bfloat16: 0.02}[dtype]
    torch.testing.assert_close(product.double(), exact, rtol=precision, atol=precision)


@pytest.mark.parametrize("dtype", packed_linear.DTYPES)
def test_an_unpacked_layer_is_the_layer_that_was_packed(dtype: torch.dtype) -> None:
    linear = torch.nn.Linear(37, 53).to(dtype)
    again = PackedLinear(linear).unpacked()
    assert torch.equal(again.weight, linear.weight)
    assert again.bias is linear.bias


@pytest.mark.parametrize("dtype", packed_linear.DTYPES)
@pytest.mark.parametrize("kind", [llama, mistral])
def test_all_layers_of_a_model_are_packed_and_its_answers_are_the_same(
    kind: Any, dtype: torch.dtype
) -> None:
    model = kind().to(dtype)
    names, rows = linear_names(model), [prompt(20 + i, 2 + i) for i in range(5)]
    expected = batched(BatchGenerator(model, TurnRules()), rows, [8] * 5)
    pack(model)
    assert packed_names(model) == names
    assert "lm_head" in names
    assert model.dtype == dtype
    if dtype == torch.float32:  # in bfloat16, two tokens are often equally likely
        assert batched(BatchGenerator(model, TurnRules()), rows, [8] * 5) == expected
    unpack(model)
    assert linear_names(model) == names
    assert batched(BatchGenerator(model, TurnRules()), rows, [8] * 5) == expected


def test_the_weights_are_not_kept_twice() -> None:
    model = llama()
    former = weakref.ref(model.model.layers[0].mlp.up_proj.weight)
    pack(model)
    assert former() is None


class Reader(torch.nn.Module):
    """A model with a layer that it uses in another way than by calling it."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way, self.dtype = way, torch.float32
        self.inner, self.head = torch.nn.Linear(4, 8), torch.nn.Linear(8, 5)

    def forward(self, input_ids: torch.Tensor) -> Any:
        states = torch.nn.functional.one_hot(input_ids, 4).float()
        inner = self.inner(states)
        if self.way == "reads the weight":
            inner = torch.nn.functional.linear(states, self.inner.weight)
        if self.way == "asks for the class":
            inner = inner if isinstance(self.inner, torch.nn.Linear) else -inner
        return SimpleNamespace(logits=self.head(inner))


@pytest.mark.parametrize("way", ["reads the weight", "asks for the class"])
def test_a_model_that_uses_a_layer_in_another_way_keeps_its_layers(way: str) -> None:
    model = Reader(way)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    pack(model)
    assert packed_names(model) == []
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_model_that_calls_its_layers_has_them_packed() -> None:
    model = Reader("calls")
    pack(model)
    assert packed_names(model) == ["inner", "head"]


class Doubled(torch.nn.Linear):
    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(states)


def test_a_layer_of_a_subclass_keeps_its_own_way_to_compute() -> None:
    model = Reader("calls")
    model.inner = Doubled(4, 8)
    pack(model)
    assert packed_names(model) == ["head"]


@pytest.mark.parametrize(
    ("facts", "capability", "helped"),
    [
        (AMD, "AVX512", set(packed_linear.DTYPES)),
        (AMD, "AVX2", set()),
        ("vendor_id\t: GenuineIntel\n", "AVX512", {torch.bfloat16}),
        (None, "AVX512", set(packed_linear.DTYPES)),
        (None, "DEFAULT", set()),
    ],
)
def test_layers_are_packed_on_processors_where_it_is_measured_to_help(
    facts: str | None,
    capability: str,
    helped: set[torch.dtype],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if facts is not None:
        (tmp_path / "cpuinfo").write_text(facts)
    monkeypatch.setattr(packed_linear, "CPU_FACTS", tmp_path / "cpuinfo")
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert {dtype for dtype in (*packed_linear.DTYPES, torch.float16) if helps(dtype)} == helped


@pytest.mark.parametrize("helpful", [True, False])
def test_a_loaded_model_is_packed_where_it_helps(
    helpful: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed_linear, "helps", lambda dtype: helpful)
    backend = transformers_backend(tiny.llama(tmp_path), tmp_path)
    assert bool(packed_names(backend.checkpoint.model)) == helpful


def test_a_packed_model_is_not_saved_without_its_weights(tmp_path: Path) -> None:
    model = llama()
    pack(model)
    with pytest.raises(RuntimeError):
        model.save_pretrained(tmp_path)
    unpack(model)
    model.save_pretrained(tmp_path)
    saved = type(model).from_pretrained(tmp_path)
    assert torch.equal(saved.lm_head.weight, model.lm_head.weight)

"""Choice of the device of BERTScore's encoder by the memory that is free."""

import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.scoring_schema import BertscoreConf
from clue.metrics import bertscore, encoder_device
from clue.metrics.encoder_device import CUDA_BYTES, EncoderSize, device
from clue.metrics.encoder_files import find
from tests.clue.metrics.test_bertscore import bert

SIZE = EncoderSize(weights=1000, hidden=16, intermediate=32, heads=2, longest=32)


@given(st.integers(0, 2**33), st.integers(1, 2**17))
def test_it_goes_where_weights_and_batch_fit(free: int, tokens: int) -> None:
    need = SIZE.needs(tokens)
    assert device(need, SIZE, tokens) == "cuda"
    assert device(need - 1, SIZE, tokens) == "cpu"
    assert device(free, SIZE, tokens) == ("cuda" if free >= need else "cpu")


def test_everything_that_is_larger_needs_more() -> None:
    need = SIZE.needs(1000)
    assert need > SIZE.weights + CUDA_BYTES
    for name in ("weights", "hidden", "intermediate", "heads", "longest"):
        assert replace(SIZE, **{name: 1 + getattr(SIZE, name)}).needs(1000) > need
    assert SIZE.needs(1001) > need
    assert SIZE.needs(1) == SIZE.needs(SIZE.longest)  # a text is not divided


def test_the_activations_of_a_batch_stay_below_the_estimate(tmp_path: Path) -> None:
    """Outputs of all modules in one pass: more than a pass keeps at a time."""
    encoder = find(BertscoreConf(model=str(bert(tmp_path)), num_layers=2), tmp_path)
    model = encoder.model(64)
    size = EncoderSize.of(model, encoder.limit)
    assert (size.hidden, size.intermediate, size.heads, size.longest) == (16, 32, 2, 32)
    assert size.weights >= sum(tensor.nbytes for tensor in model.parameters())
    import torch

    outputs: list[int] = []

    def add(_: Any, __: Any, output: Any) -> None:
        outputs.append(output.nbytes if isinstance(output, torch.Tensor) else 0)

    layer = model.encoder.layer[0]
    hooks = [module.register_forward_hook(add) for module in layer.modules()]
    with torch.no_grad():
        model(torch.ones(2, 32, dtype=torch.long))
    for hook in hooks:
        hook.remove()
    assert 0 < sum(outputs) <= size.needs(64) - size.weights - CUDA_BYTES
    bertscore.release()


@pytest.mark.parametrize(("free", "selected"), [(None, "cpu"), (2**20, "cpu"), (2**40, "cuda")])
def test_a_gpu_that_is_too_full_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    free: int | None,
    selected: str,
) -> None:
    monkeypatch.setattr(encoder_device, "free_memory", lambda: free)
    config = SimpleNamespace(hidden_size=768, num_attention_heads=12)
    model = SimpleNamespace(config=config, parameters=lambda: (), buffers=lambda: ())
    with caplog.at_level(logging.INFO):
        assert encoder_device.chosen(model, 512, 16384) == selected
    assert len(caplog.messages) == (free == 2**20)
    assert all("needs 2.0 GiB with a batch of 16384" in text for text in caplog.messages)


def test_what_pytorch_holds_unused_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 70)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 30)
    assert encoder_device.free_memory() == 140
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert encoder_device.free_memory() is None

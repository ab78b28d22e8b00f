"""Weights that are not the checkpoint's own end a job before its first answer."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from clue.backends import Setup
from clue.backends.huggingface.backend import TransformersBackend
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError
from clue.records import Message, Prompt
from tests import tiny
from tests.clue.backends.huggingface.test_checkpoint import lora

Tensors = dict[str, torch.Tensor]
QUERY = "model.layers.1.self_attn.q_proj.weight"
NORM = "model.norm.weight"
PROMPT = Prompt("1", (Message("user", "pain in my knee"),), 3)


def edit(path: Path, change: Callable[[Tensors], object]) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata={"format": "pt"})


def backend(folder: Path, **conf: Any) -> TransformersBackend:
    model = ModelConf(name="m", repo=str(folder), dtype="float32", **conf)
    return TransformersBackend(Setup(model, BackendConf(), folder, folder.parent / "cache"))


def answer(folder: Path, **conf: Any) -> str:
    ((_, completion),) = backend(folder, **conf).generate([PROMPT])
    return completion.text


def replace(name: str, value: torch.Tensor) -> Callable[[Tensors], object]:
    return lambda tensors: tensors.update({name: value})


def poison(name: str, number: float) -> Callable[[Tensors], object]:
    return lambda tensors: tensors[name].view(-1)[-1:].fill_(number)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.pop(QUERY), f"missing in its files: {QUERY}"),
        (lambda tensors: tensors.pop("lm_head.weight"), "missing in its files: lm_head.weight"),
        (replace(QUERY, torch.zeros(8, 32)), f"of another shape: {QUERY} (8, 32) for (32, 32)"),
        (replace("score.weight", torch.zeros(2, 32)), "place in its architecture: score.weight"),
        (poison(NORM, float("nan")), f"no numbers (NaN or infinite): {NORM}"),
        (poison(QUERY, float("inf")), f"no numbers (NaN or infinite): {QUERY}"),
        (poison(QUERY, float("-inf")), f"no numbers (NaN or infinite): {QUERY}"),
    ],
)
def test_foreign_weights_are_refused_with_their_names(
    tmp_path: Path, change: Callable[[Tensors], object], message: str
) -> None:
    folder = tiny.llama(tmp_path / "m")
    edit(folder / "model.safetensors", change)
    with pytest.raises(ModelError, match=re.escape(message)) as caught:
        answer(folder)
    assert str(folder) in str(caught.value)
    assert "Download it again" in str(caught.value)


def test_an_error_names_some_of_many_tensors(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    edit(folder / "model.safetensors", lambda t: [t.pop(name) for name in list(t) if "mlp" in name])
    with pytest.raises(ModelError, match=r"mlp\.up_proj\.weight.* and 2 more"):
        answer(folder)


def test_a_cut_file_of_weights_is_named_as_damaged(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="cut short or damaged"):
        answer(folder)


@pytest.mark.parametrize("extra", ["model.layers.0.self_attn.rotary_emb.inv_freq"])
def test_a_buffer_of_older_releases_is_no_fault(tmp_path: Path, extra: str) -> None:
    folder = tiny.llama(tmp_path / "m")
    expected = answer(folder)
    edit(folder / "model.safetensors", replace(extra, torch.zeros(4)))
    assert answer(folder) == expected


def test_tied_weights_are_no_fault(tmp_path: Path) -> None:
    from transformers import AutoConfig, LlamaForCausalLM

    folder = tiny.llama(tmp_path / "m")
    config = AutoConfig.from_pretrained(folder, tie_word_embeddings=True)
    LlamaForCausalLM(config).save_pretrained(folder)
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")
    assert answer(folder) is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.pop(next(iter(tensors))), "missing in its files: base_model"),
        (replace("base_model.model.other.lora_A.weight", torch.zeros(4, 32)), "other.lora_A"),
        (lambda t: t[next(iter(t))].fill_(float("nan")), "no numbers (NaN or infinite)"),
    ],
)
def test_foreign_tensors_of_an_adapter_are_refused(
    tmp_path: Path, change: Callable[[Tensors], object], message: str
) -> None:
    folder = tiny.llama(tmp_path / "m")
    adapter = lora(folder, tmp_path / "lora", str(folder))
    assert answer(folder, adapter=str(adapter)) is not None
    edit(adapter / "adapter_model.safetensors", change)
    with pytest.raises(ModelError, match=re.escape(message)) as caught:
        answer(folder, adapter=str(adapter))
    assert "m's adapter" in str(caught.value)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_logits_that_are_no_numbers_end_the_cell(tmp_path: Path, number: float) -> None:
    opened = backend(tiny.llama(tmp_path / "m"))
    head = opened.checkpoint.model.lm_head
    head.register_forward_hook(lambda module, inputs, output: output.fill_(number))
    with pytest.raises(ModelError, match="logits that are no numbers"):
        list(opened.generate([PROMPT]))

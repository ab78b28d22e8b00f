import importlib.util
import json
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedConfig

from clue.backends import Setup, create_backend
from clue.backends.huggingface import quantization
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelUnavailable
from tests import tiny

AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemm", "zero_point": True}


class Config(PreTrainedConfig):  # type: ignore[misc]
    """A checkpoint's config, plain or quantised."""


def quantised_folder(folder: Path) -> Path:
    """A checkpoint whose config says that it has four bits."""
    tiny.llama(folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"quantization_config": AWQ}))
    return folder


def test_without_a_gpu_quantising_is_refused_before_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = tiny.llama(tmp_path / "m")
    backend = create_backend(
        Setup(ModelConf(repo=str(folder), quantization="int4"), BackendConf(), folder, folder)
    )
    with pytest.raises(ModelUnavailable, match=r"model.quantization=int4 needs an NVIDIA GPU"):
        backend.identity()


def test_without_bitsandbytes_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"pip install -e '.\[quantization\]'"):
        quantization.check_loadable(ModelConf(repo="o/m", quantization="int8"), Config())


def test_with_both_quantising_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    quantization.check_loadable(ModelConf(repo="o/m", quantization="int8"), Config())


def test_what_is_quantised_already_is_not_quantised_again() -> None:
    with pytest.raises(ModelUnavailable, match=r"quantised already \(awq\).*quantization=null"):
        quantization.check_loadable(
            ModelConf(repo="o/m", quantization="int4"), Config(quantization_config=AWQ)
        )


def test_a_library_that_is_missing_is_named_before_loading(tmp_path: Path) -> None:
    folder = quantised_folder(tmp_path / "m")
    backend = create_backend(
        Setup(ModelConf(repo=str(folder)), BackendConf(), tmp_path, tmp_path / "cache")
    )
    with pytest.raises(ModelUnavailable, match=r"is quantised \(awq\) and cannot be loaded here: "):
        backend.identity()


def test_a_quantised_checkpoint_says_so_in_its_identity(tmp_path: Path) -> None:
    """A server elsewhere may load what this machine cannot."""
    conf = BackendConf(name="openai")
    plain, few_bits = tiny.llama(tmp_path / "plain"), quantised_folder(tmp_path / "few")
    identities = [
        Checkpoint(Setup(ModelConf(repo=str(folder)), conf, tmp_path, tmp_path / "c")).identity()
        for folder in (plain, few_bits)
    ]
    assert set(identities[0]) == {"weights", "adapter", "chat"}
    assert identities[1]["quantization"] == AWQ


def test_a_config_object_is_recorded_as_json_too() -> None:
    from transformers import BitsAndBytesConfig

    class Held(BitsAndBytesConfig):  # the library's own needs bitsandbytes to be installed
        def post_init(self) -> None:
            return

    stored = quantization.stored_quantization(Config(quantization_config=Held(load_in_8bit=True)))
    assert stored
    assert stored["quant_method"] == "bitsandbytes"
    json.dumps(stored)
    assert quantization.stored_quantization(Config()) is None


def test_nothing_is_said_to_the_library_of_a_model_that_is_not_quantised() -> None:
    assert quantization.load_options(ModelConf(repo="o/m")) == {}

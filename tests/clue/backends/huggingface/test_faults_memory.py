from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError
from tests import tiny


def load(folder: Path, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose weights meet an error."""

    def refused(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", refused)
    conf = ModelConf(name="m", repo=str(tiny.llama(folder)), dtype="float32")
    _ = Checkpoint(Setup(conf, BackendConf(device="cpu"), folder, folder)).model


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), MemoryError()],
)
def test_weights_that_memory_does_not_take_are_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(ModelError, match=r"weights of m: .*gpus_per_job.*model.quantization=int4"):
        load(tmp_path, error, monkeypatch)


def test_another_error_of_loading_is_not_taken_for_a_lack_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError, match="sizes differ"):
        load(tmp_path, RuntimeError("sizes differ"), monkeypatch)

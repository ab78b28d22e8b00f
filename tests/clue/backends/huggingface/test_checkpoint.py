import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.profiler import profile

from clue.backends import Setup
from clue.backends.huggingface import packed_linear
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.config.schema import BackendConf, ModelConf
from tests import tiny
from tests.conftest import Cli
from tests.test_run import runs


def lora(base: Path, folder: Path, named: str) -> Path:
    """A random adapter that says that it was made for `named`."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    made = get_peft_model(model, config)
    made.peft_config["default"].base_model_name_or_path = named
    made.save_pretrained(folder, save_embedding_layers=False)
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny.llama(tmp_path / "models" / "org" / "base", seed=3)


def opened(base: Path, adapter: Path, **fields: Any) -> Checkpoint:
    given: dict[str, Any] = {"repo": "org/base", "adapter": str(adapter), "dtype": "float32"}
    models = base.parent.parent
    return Checkpoint(Setup(ModelConf(**given | fields), BackendConf(), models, models / "cache"))


def logits(model: Any) -> torch.Tensor:
    ids = torch.arange(20)[None]
    with torch.inference_mode():
        found: torch.Tensor = model(input_ids=ids).logits
    return found.float()


def test_an_adapter_is_merged_in_float32_without_a_difference(base: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    folder = lora(base, tmp_path / "lora", "org/base")
    merged = opened(base, folder).model
    assert not isinstance(merged, PeftModel)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    before = logits(plain)
    beside = logits(PeftModel.from_pretrained(plain, folder))
    torch.testing.assert_close(logits(merged), beside, rtol=1e-4, atol=1e-4)
    assert (before - beside).abs().max() > 0.01


def test_an_adapter_in_few_bits_stays_beside_the_weights(base: Path, tmp_path: Path) -> None:
    from peft import PeftModel

    folder = lora(base, tmp_path / "lora", "org/base")
    assert isinstance(opened(base, folder, dtype="bfloat16").model, PeftModel)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_head_is_not_copied_for_each_row_where_peft_froze_the_weights(
    dtype: str, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed_linear, "helps", lambda dtype: False)
    model = opened(base, lora(base, tmp_path / "lora", "org/base"), dtype=dtype).model
    vocabulary = model.config.vocab_size
    with torch.inference_mode(), profile(record_shapes=True) as profiler:
        model(input_ids=torch.ones(3, 5, dtype=torch.long), logits_to_keep=1)
    products = [event for event in profiler.events() if event.name in ("aten::bmm", "aten::mm")]
    of_head = [event for event in products if vocabulary in event.input_shapes[1]]
    assert [event.name for event in of_head] == ["aten::mm"]


@pytest.mark.parametrize(("named", "warned"), [("org/other", True), ("mirror/base", False)])
def test_an_adapter_on_a_base_that_it_was_not_trained_for_is_reported(
    base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, named: str, warned: bool
) -> None:
    checkpoint = opened(base, lora(base, tmp_path / "lora", named))
    with caplog.at_level(logging.WARNING, "clue"):
        assert checkpoint.model
    assert (f"was trained for {named}, not org/base" in caplog.text) == warned


@pytest.mark.slow
def test_any_base_with_an_adapter_is_one_half_of_a_pair(
    cli: Cli, mlruns: Path, models: Path, tmp_path: Path
) -> None:
    base = models / "meta-llama" / "Llama-2-7b-hf"
    folder = lora(base, tmp_path / "lora", "meta-llama/Llama-2-7b-hf")
    short = ("task=meqsum", "tasks.meqsum.max_new_tokens=8", "model.dtype=float32", "limit=2")
    any_model = ("model=hf", "model.repo=meta-llama/Llama-2-7b-hf", f"model.adapter={folder}")
    done = cli(*any_model, "model.base=llama2_7b", "model.domain=biomedical", *short)
    assert done.returncode == 0, done.stdout + done.stderr
    plain = cli("model=llama2_7b", *short)
    assert plain.returncode == 0, plain.stdout + plain.stderr
    tags = {run.data.tags["clue.domain"]: run.data.tags for run in runs(mlruns)}
    assert tags["biomedical"]["clue.base"] == tags["general"]["clue.model"] == "llama2_7b"
    assert tags["biomedical"]["clue.family"] == tags["general"]["clue.family"]
    assert tags["biomedical"]["clue.fingerprint"] != tags["general"]["clue.fingerprint"]


def test_the_context_of_a_part_for_text_counts(tmp_path: Path) -> None:
    from transformers import Gemma3Config

    checkpoint = Checkpoint(
        Setup(ModelConf(repo="o/m", context=99), BackendConf(), *[tmp_path] * 2)
    )
    checkpoint.config = Gemma3Config(text_config={"max_position_embeddings": 77})
    assert checkpoint.context() == 77

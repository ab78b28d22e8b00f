"""A checkpoint is loaded by the class of its config, or refused before its weights are read."""

import builtins
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from clue.backends import Setup
from clue.backends.huggingface import memory, packed_linear, quantization
from clue.backends.huggingface.backend import TransformersBackend
from clue.checkpoints import offline
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError, ModelUnavailable
from clue.records import Message, Prompt
from tests import tiny
from tests.clue.backends.huggingface import with_pictures
from tests.clue.backends.huggingface.test_decoding import generated

QUESTIONS = ("pain in my knee", "how is it treated with tablets", "what are the causes")
PROMPTS = [Prompt(text, (Message("user", " ".join([text] * 12)),), 6) for text in QUESTIONS]
SMALL = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 400,
}
REMOTE = {"AutoConfig": "configuration_new.C", "AutoModelForCausalLM": "modeling_new.M"}


def opened(folder: Path, **fields: Any) -> TransformersBackend:
    conf = ModelConf(**{"name": "m", "repo": str(folder), "dtype": "float32", **fields})
    return TransformersBackend(Setup(conf, BackendConf(), folder, folder.parent / "cache"))


def described(folder: Path, config: dict[str, Any], template: str | None = tiny.CHATML) -> Path:
    """A checkpoint with this config, whose weights cannot be read."""
    tiny.tokenizer(template).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"never read")
    return folder


def adapter(base: Path, folder: Path, layers: str) -> Path:
    """A random adapter of a model for pictures; `layers` match the names of its modules."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(r=4, target_modules=layers, init_lora_weights=False)
    adapted = get_peft_model(model, config)
    adapted.peft_config["default"].base_model_name_or_path = str(base)
    adapted.save_pretrained(folder, save_embedding_layers=False)
    return folder


def logits(model: Any) -> torch.Tensor:
    ids = torch.arange(5, 45)[None]
    with torch.inference_mode():
        values: torch.Tensor = model(input_ids=ids).logits
    return values.float()


@pytest.mark.parametrize("kind", with_pictures.PARTS)
def test_a_saved_model_for_pictures_answers_text(kind: str, tmp_path: Path) -> None:
    folder = with_pictures.checkpoint(tmp_path / "m", kind)
    backend = opened(folder)
    backend.identity()
    full = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    chat = backend.checkpoint.chat
    rows = [chat.render(prompt.messages) for prompt in PROMPTS]
    assert min(map(len, rows)) > with_pictures.WINDOW
    completions = dict(backend.generate(PROMPTS))
    for index, row in enumerate(rows):
        assert completions[index].text == chat.completion(1, generated(full, row, 6), 0).text
    assert len({completion.text for completion in completions.values()}) > 1


@pytest.fixture
def plain_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed weight is no parameter."""
    monkeypatch.setattr(packed_linear, "helps", lambda dtype: False)


@pytest.mark.usefixtures("plain_layers")
def test_the_encoder_of_pictures_is_freed(tmp_path: Path) -> None:
    folder = with_pictures.checkpoint(tmp_path / "m")
    full = AutoModelForImageTextToText.from_pretrained(folder)
    tower = full.model.vision_tower.num_parameters()
    assert opened(folder).checkpoint.model.num_parameters() == full.num_parameters() - tower > 0


@pytest.mark.usefixtures("plain_layers")
def test_a_model_for_text_keeps_all_of_its_weights(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = tiny.llama(tmp_path / "m")
    size = AutoModelForCausalLM.from_pretrained(folder).num_parameters()
    assert opened(folder).checkpoint.model.num_parameters() == size


def test_facts_of_the_text_model_are_read_where_they_are(tmp_path: Path) -> None:
    folder = with_pictures.checkpoint(tmp_path / "m")
    (folder / "generation_config.json").unlink()
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("eos_token_id", None)
    config["text_config"] |= {"eos_token_id": 77, "quantization_config": {"quant_method": "awq"}}
    path.write_text(json.dumps(config))
    checkpoint = opened(folder).checkpoint
    assert checkpoint.context() == with_pictures.TEXT["max_position_embeddings"]
    assert checkpoint.chat.vocabulary == config["text_config"]["vocab_size"]
    assert 77 in checkpoint.chat.stop_ids
    assert quantization.stored_quantization(checkpoint.config) == {"quant_method": "awq"}
    model = with_pictures.model("gemma3", 97)
    assert memory.kv_bytes_per_token(model) == 2 * 3 * 2 * 8 * 4  # layers, heads, size, bytes


@pytest.mark.parametrize("layers", [r".*language_model.*\.(q|v)_proj", r".*\.(q|v)_proj"])
def test_an_adapter_of_a_model_for_pictures_is_merged(layers: str, tmp_path: Path) -> None:
    from peft import PeftModel

    base = with_pictures.checkpoint(tmp_path / "m")
    folder = adapter(base, tmp_path / "lora", layers)
    plain = AutoModelForImageTextToText.from_pretrained(base, dtype=torch.float32).eval()
    before = logits(plain)
    beside = logits(PeftModel.from_pretrained(plain, folder))
    merged = opened(base, adapter=str(folder)).checkpoint.model
    torch.testing.assert_close(logits(merged), beside, rtol=1e-3, atol=1e-3)
    assert (before - beside).abs().max() > 0.01


@pytest.mark.usefixtures("plain_layers")
def test_an_adapter_in_few_bits_stays_beside_the_text_model(tmp_path: Path) -> None:
    base = with_pictures.checkpoint(tmp_path / "m")
    folder = adapter(base, tmp_path / "lora", r".*\.(q|v)_proj")
    backend = opened(base, adapter=str(folder), dtype="bfloat16")
    names = [name for name, _ in backend.checkpoint.model.named_parameters()]
    assert any("lora" in name for name in names)
    assert not any("vision_tower" in name for name in names)
    assert len(list(backend.generate(PROMPTS))) == len(PROMPTS)


def test_an_adapter_of_the_text_model_alone_is_refused_in_words(tmp_path: Path) -> None:
    from tests.clue.backends.huggingface.test_checkpoint import lora

    base = with_pictures.checkpoint(tmp_path / "m")
    text = tiny.llama(tmp_path / "text")
    folder = lora(text, tmp_path / "lora", str(base))
    with pytest.raises(ModelError, match=r"(?s)m's adapter: the tensors in .* without a place"):
        _ = opened(base, adapter=str(folder)).checkpoint.model


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"model_type": "new9"}, r"does not know .*\(model_type: new9\): `pip install"),
    "without a type": ({}, r"\(model_type: missing\): `pip install --upgrade transformers`"),
    "unknown part": (
        {"model_type": "llava", "text_config": {"model_type": "new9"}},
        r"does not know .*\(model_type: new9\)",
    ),
    "remote code": (
        {"model_type": "new9", "auto_map": REMOTE},
        r"brings code of its own \(auto_map in config.json\), which is never run.*model\.repo=",
    ),
    "encoder and decoder": (
        {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]},
        r"m is an encoder-decoder model \(t5\).*`python -m clue models`",
    ),
    "gaps": (
        {"model_type": "bert", "architectures": ["BertForMaskedLM"], **SMALL},
        "does not write text: its config.json says BertForMaskedLM",
    ),
    "embeddings": (
        {"model_type": "mistral", "architectures": ["MistralModel"], **SMALL},
        "says MistralModel, which embeds, classifies or fills gaps",
    ),
    "classes": (
        {"model_type": "llama", "architectures": ["LlamaForSequenceClassification"], **SMALL},
        "says LlamaForSequenceClassification",
    ),
    "pictures": (
        {"model_type": "siglip_vision_model", "architectures": ["SiglipVisionModel"]},
        "says SiglipVisionModel",
    ),
    "pictures, undeclared": (
        {"model_type": "siglip_vision_model"},
        "no class that continues text for a model of the type siglip_vision_model",
    ),
    "captions": (
        {"model_type": "blip", "architectures": ["BlipForConditionalGeneration"]},
        "needs pixel_values: it cannot answer text",
    ),
    "a state": (
        {"model_type": "mamba", "architectures": ["MambaForCausalLM"]},
        "type mamba sums up its input in a state.*backend=vllm",
    ),
    "no cache": (
        {"model_type": "openai-gpt", "architectures": ["OpenAIGPTLMHeadModel"]},
        "has no keys and values of each token",
    ),
}


@pytest.mark.parametrize(("config", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_answer_is_refused_before_its_weights_are_read(
    config: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "input", lambda _: "y")  # the library would ask and run the code
    folder = described(tmp_path / "m", config)
    with pytest.raises(ModelError, match=message) as caught:
        opened(folder).identity()
    assert not isinstance(caught.value, ModelUnavailable)  # a dry run would count words instead


def test_a_part_of_another_package_is_named_before_the_weights_are_read(tmp_path: Path) -> None:
    folder = described(tmp_path / "m", AutoConfig.for_model("gemma3n").to_dict())
    with pytest.raises(ModelUnavailable, match=r"needs a package: .*pip install timm"):
        opened(folder).identity()


@pytest.mark.parametrize("names", [["LlamaForCausalLM"], ["LLaMAForCausalLM"], None])
def test_other_names_of_a_class_that_writes_are_no_fault(
    names: list[str] | None, tmp_path: Path
) -> None:
    folder = tiny.llama(tmp_path / "m")
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"architectures": names}))
    assert opened(folder).identity()


def test_the_code_of_a_repository_is_not_run_where_the_library_has_its_own(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m", template=tiny.CHATML)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": REMOTE}))
    assert len(list(opened(folder).generate(PROMPTS))) == len(PROMPTS)


def test_a_tokenizer_that_is_code_is_refused(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    path = folder / "tokenizer_config.json"
    words = json.loads(path.read_text())
    words |= {"tokenizer_class": "NewTokenizer"}
    words["auto_map"] = {"AutoTokenizer": ["tokenization_new.NewTokenizer", None]}
    path.write_text(json.dumps(words))
    with pytest.raises(ModelError, match=r"\(auto_map in tokenizer_config.json\)"):
        opened(folder).identity()


@pytest.mark.usefixtures("plain_layers")
def test_a_checkpoint_on_the_hub_is_identified_by_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    repo, commits = tmp_path / "hub" / "models--org--m", ("a" * 40, "b" * 40)
    for seed, commit in enumerate(commits):
        tiny.llama(repo / "snapshots" / commit, seed=seed)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commits[0])
    with offline.local_files_only():
        backend = opened(tmp_path / "none", repo="org/m")
        assert backend.identity()["weights"] == commits[0]
        (repo / "refs" / "main").write_text(commits[1])  # moved before the weights are read
        tensors = backend.checkpoint.model.state_dict()
        assert opened(tmp_path / "none", repo="org/m").identity()["weights"] == commits[1]
    first = opened(repo / "snapshots" / commits[0]).checkpoint.model.state_dict()
    assert all(torch.equal(tensors[name], first[name]) for name in first)


@pytest.mark.parametrize("text", [tiny.CHATML, [{"name": "default", "template": tiny.CHATML}]])
def test_the_template_of_a_processor_is_used_where_the_tokenizer_has_none(
    text: Any, tmp_path: Path
) -> None:
    plain = with_pictures.checkpoint(tmp_path / "m", template=None)
    own = shutil.copytree(plain, tmp_path / "own")
    tiny.tokenizer(tiny.CHATML).save_pretrained(own)
    assert opened(plain).checkpoint.chat.facts["layout"] == "plain"
    (plain / "chat_template.json").write_text(json.dumps({"chat_template": text}))
    assert opened(plain).checkpoint.chat.facts == opened(own).checkpoint.chat.facts

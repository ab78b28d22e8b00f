"""The identity of a checkpoint covers every file that is opened."""

import json
from pathlib import Path

import pytest

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.checkpoints.identifying_files import checkpoint_files
from clue.checkpoints.locate import locate_weights
from clue.config.schema import BackendConf, ModelConf
from clue.errors import ModelError, ModelUnavailable
from tests import tiny
from tests.clue.backends.huggingface.test_checkpoint import lora


def identity(folder: Path) -> str | None:
    model = ModelConf(repo=str(folder))
    return locate_weights(model, folder.parent, folder.parent / "cache").identity


def index(folder: Path, shard: str) -> Path:
    """Turn the weights of a checkpoint into one shard that an index names."""
    from safetensors import safe_open

    weights = folder / "model.safetensors"
    with safe_open(weights, "pt") as file:
        names = list(file.keys())
    target = folder / shard
    target.parent.mkdir(parents=True, exist_ok=True)
    weights.replace(target)
    content = {"metadata": {}, "weight_map": dict.fromkeys(names, shard)}
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))
    return target


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_shard_in_a_subfolder_is_part_of_the_identity(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    shard = index(folder, "shards/part-1.safetensors")
    assert shard in checkpoint_files(folder)
    before = identity(folder)
    flip(shard)
    assert identity(folder) != before


def test_a_shard_with_an_unusual_ending_is_part_of_the_identity(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    shard = index(folder, "part-1.weights")
    before = identity(folder)
    flip(shard)
    assert identity(folder) != before


def test_weights_that_the_config_names_are_part_of_the_identity(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"transformers_weights": "w/other"}))
    with pytest.raises(ModelUnavailable, match="names w/other, which is missing"):
        identity(folder)
    (folder / "w").mkdir()
    (folder / "w" / "other").write_text("a")
    before = identity(folder)
    (folder / "w" / "other").write_text("b")
    assert identity(folder) != before


@pytest.mark.parametrize("shard", ["../part.safetensors", "a/../../part.safetensors"])
def test_a_shard_outside_the_folder_is_refused(tmp_path: Path, shard: str) -> None:
    folder = tiny.llama(tmp_path / "m")
    index(folder, shard)
    with pytest.raises(ModelError, match="outside its folder"):
        identity(folder)


def test_a_shard_with_an_absolute_path_is_refused(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    index(folder, str(tmp_path / "part.safetensors"))
    with pytest.raises(ModelError, match="outside its folder"):
        identity(folder)


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_damaged_index_is_refused(tmp_path: Path, content: str) -> None:
    folder = tiny.llama(tmp_path / "m")
    (folder / "model.safetensors.index.json").write_text(content)
    with pytest.raises(ModelError, match=r"model\.safetensors\.index\.json is no JSON"):
        identity(folder)


def test_every_file_that_lays_out_a_prompt_is_part_of_the_identity(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "m")
    seen = {identity(folder)}
    named = ("chat_template.jinja", "additional_chat_templates/tool.jinja", "vocab.bpe")
    for name in (*named, "tokenizer_config.json", "tokenizer.json", "generation_config.json"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + " ")
        seen.add(identity(folder))
    assert len(seen) == 7
    (folder / "README.md").write_text("about")
    assert identity(folder) in seen


def test_weights_that_change_under_the_same_time_and_size_are_seen(tmp_path: Path) -> None:
    import os

    folder = tiny.llama(tmp_path / "m")
    before, path = identity(folder), folder / "model.safetensors"
    stat = path.stat()
    flip(path)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert identity(folder) != before


def test_a_checkpoint_that_is_an_adapter_is_refused(tmp_path: Path) -> None:
    base = tiny.llama(tmp_path / "base")
    folder = tiny.llama(tmp_path / "m")
    lora(base, folder, str(base))
    conf = ModelConf(name="m", repo=str(folder), dtype="float32")
    checkpoint = Checkpoint(Setup(conf, BackendConf(), tmp_path, tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"contains an adapter.*model\.adapter="):
        _ = checkpoint.model

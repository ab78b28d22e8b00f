from collections.abc import Callable
from pathlib import Path

import pytest

from clue.checkpoints import gguf, locate
from clue.checkpoints.locate import find_local_weights, locate_adapter, locate_weights
from clue.config import model_files
from clue.config.folders import ROOT
from clue.config.schema import ModelConf
from clue.errors import ConfigError, ModelUnavailable
from tests import tiny


def adapter(folder: Path, weights: bytes = b"small", config: str = "{}") -> Path:
    """A folder that looks like an adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(config)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def test_the_demos_adapter_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = model_files.load("smollm2_135m_hpo")
    location = locate_adapter(model, tmp_path / "models", tmp_path / "cache")
    assert location
    assert location.source == str(ROOT / "examples" / "smollm2_135m_hpo")


def test_an_adapter_is_a_folder_as_named_or_a_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads, here = tmp_path / "models", tmp_path / "here"
    downloaded = adapter(downloads / "some-org" / "lora", b"downloaded")
    model = ModelConf(repo="org/base", adapter="some-org/lora")
    location = locate_adapter(model, downloads, tmp_path / "cache")
    assert location
    assert location.source == str(downloaded)
    own = adapter(here / "some-org" / "lora", b"own")
    monkeypatch.chdir(here)
    nearer = locate_adapter(model, downloads, tmp_path / "cache")
    assert nearer
    assert nearer.source == str(own)
    assert nearer.identity != location.identity
    assert locate_adapter(ModelConf(repo="org/base"), downloads, tmp_path / "cache") is None


def test_an_adapter_is_the_same_whatever_lies_beside(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "lora")
    model = ModelConf(repo="org/base", adapter=str(folder))

    def identity() -> str | None:
        location = locate_adapter(model, tmp_path, tmp_path / "cache")
        return location.identity if location else None

    first = identity()
    (folder / "training.json").write_text("{}")
    (folder / "README.md").write_text("what it is")
    assert identity() == first
    (folder / "adapter_config.json").write_text('{"lora_alpha": 5}')
    second = identity()
    assert second != first
    (folder / "adapter_model.safetensors").write_bytes(b"other")
    assert identity() not in (first, second)


def test_a_missing_adapter_is_distinguished_from_its_base(tmp_path: Path) -> None:
    model = ModelConf(name="m", repo="org/base", adapter="org/lora-nowhere")
    with pytest.raises(ModelUnavailable) as caught:
        locate_adapter(model, tmp_path, tmp_path / "cache")
    assert "m's adapter: org/lora-nowhere is not on this machine" in str(caught.value)
    assert "hf download org/lora-nowhere" in str(caught.value)


@pytest.mark.parametrize("name", ["/nowhere/lora", "./lora", "~/lora", "a/b/c"])
def test_a_missing_folder_is_not_searched_on_the_hub(name: str, tmp_path: Path) -> None:
    for model in (ModelConf(repo="o/m", adapter=name), ModelConf(repo=name)):
        with pytest.raises(ModelUnavailable, match=r"is neither a folder with .*; searched"):
            _ = locate_adapter(model, tmp_path, tmp_path) or locate_weights(
                model, tmp_path, tmp_path
            )


def test_a_checkpoint_is_where_it_was_downloaded_to(tmp_path: Path) -> None:
    folder = tiny.llama(tmp_path / "org" / "m")
    location = locate_weights(ModelConf(repo="org/m"), tmp_path, tmp_path / "cache")
    assert location.source == str(folder)
    elsewhere = locate_weights(ModelConf(repo="org/m", revision="abc"), tmp_path / "no", tmp_path)
    assert (elsewhere.source, elsewhere.identity, elsewhere.revision) == ("org/m", None, "abc")


def test_local_weights_are_found_without_opening_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_local_weights(model_files.load("aloe8b"), tmp_path) is None
    (tmp_path / "org" / "m").mkdir(parents=True)
    (tmp_path / "org" / "m" / "config.json").write_text("no JSON")
    assert find_local_weights(ModelConf(repo="org/m"), tmp_path) == "folder"
    package = ModelConf(repo="o/m", gguf_package="json", gguf_file="m.gguf")
    assert find_local_weights(package, tmp_path) == "package"
    package.gguf_package = "no_such_package"
    assert find_local_weights(package, tmp_path) is None


def test_weights_in_the_hubs_cache_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def cached(repo: str, name: str, revision: str | None) -> str | None:
        is_cached = (repo, revision) == ("org/m", "abc") and name.endswith("index.json")
        return str(tmp_path / name) if is_cached else None

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", cached)
    assert find_local_weights(ModelConf(repo="org/m", revision="abc"), tmp_path) == "cache"
    assert find_local_weights(ModelConf(repo="org/m"), tmp_path) is None


def test_a_tokenizer_is_found_without_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    cached = ["tokenizer_config.json", "config.json"]
    monkeypatch.setattr(
        huggingface_hub,
        "try_to_load_from_cache",
        lambda repo, name, revision: name if name in cached else None,
    )
    model = ModelConf(name="m", repo="org/m", revision="a b")
    in_cache = locate.locate_local_tokenizer(model, tmp_path, tmp_path)
    assert (in_cache.source, in_cache.revision) == ("org/m", "a b")
    cached.pop()
    with pytest.raises(ModelUnavailable) as caught:
        locate.locate_local_tokenizer(model, tmp_path, tmp_path)
    assert "`hf download org/m --revision 'a b' --include 'tokenizer*' " in str(caught.value)
    assert "licence" not in str(caught.value)
    folder = tmp_path / "org" / "m"
    folder.mkdir(parents=True)
    (folder / "tokenizer_config.json").write_text("{}")
    for repo in ("org/m", str(folder)):
        located = locate.locate_local_tokenizer(ModelConf(repo=repo), tmp_path, tmp_path)
        assert located.source == str(folder)


@pytest.mark.slow
def test_a_gguf_is_converted_once_for_all_models_on_it(tmp_path: Path) -> None:
    pair = [model_files.load(name) for name in ("smollm2_135m", "smollm2_135m_hpo")]
    first, second = (locate_weights(model, tmp_path, tmp_path / "cache") for model in pair)
    assert first == second
    assert len(list((tmp_path / "cache" / "checkpoints").iterdir())) == 1
    assert "quantization_config" not in (Path(first.source) / "config.json").read_text()


def test_a_damaged_conversion_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gguf_file = tmp_path / "package" / "m.gguf"
    gguf_file.parent.mkdir()
    gguf_file.write_bytes(b"gguf")
    monkeypatch.setattr(locate, "package_folder", lambda package, model: gguf_file.parent)
    converted = []

    def convert(path: Path, folder: Path) -> None:
        converted.append(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.safetensors").write_bytes(b"weights")
        gguf.seal(folder)

    monkeypatch.setattr(gguf, "convert", convert)
    model = ModelConf(repo="o/m", gguf_package="package", gguf_file="m.gguf")
    location = locate_weights(model, tmp_path, tmp_path / "cache")
    assert locate_weights(model, tmp_path, tmp_path / "cache") == location
    assert len(converted) == 1
    assert list(gguf.damaged_checkpoints(tmp_path / "cache")) == []
    for damage in (
        lambda folder: (folder / "model.safetensors").write_bytes(b"weightz"),
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / gguf.CHECKSUMS).write_text("{"),
        lambda folder: (folder / gguf.CHECKSUMS).unlink(),
        lambda folder: (folder / "adapter_config.json").write_text("{}"),
    ):
        damage(converted[0])
        assert list(gguf.damaged_checkpoints(tmp_path / "cache")) == converted[:1]
        before = len(converted)
        assert locate_weights(model, tmp_path, tmp_path / "cache") == location
        assert len(converted) == before + 1
        (converted[0] / "adapter_config.json").unlink(missing_ok=True)
        gguf.seal(converted[0])


NO_HOME = "~nobody_of_this_name/x.jinja"


@pytest.mark.parametrize(
    "read",
    [
        lambda: model_files.is_open(ModelConf(repo=NO_HOME)),
        lambda: model_files.identity(ModelConf(repo="org/m", chat_template=NO_HOME)),
        lambda: locate_weights(ModelConf(repo=NO_HOME), Path(), Path()),
    ],
)
def test_a_home_folder_that_is_none_is_named(read: Callable[[], object]) -> None:
    with pytest.raises(ConfigError, match="no home folder of ~nobody_of_this_name"):
        read()

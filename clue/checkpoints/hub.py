"""What a model's weights weigh, and whether they have yet to be downloaded; downloads nothing."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clue.checkpoints.locate import whereabouts
from clue.config.schema import ModelConf

TIMEOUT_SECONDS = 5.0
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class Weights:
    """What is still to be downloaded of a checkpoint."""

    size: int | None
    """Bytes to download; None = unknown."""
    about: bool = False
    """The size is parameters times bytes of the dtype: the hub was not asked."""


def weights(model: ModelConf, models: Path) -> Weights:
    """What a model's weights weigh that are not on this machine yet.

    Args:
        model: a checkpoint or a rule, which has no weights.
        models: folder of downloaded checkpoints.
    """
    if model.baseline or not model.repo or whereabouts(model, models):
        return Weights(0)
    size = _listed(model.repo, model.revision)
    if size is not None:
        return Weights(size)
    if model.parameters is None:
        return Weights(None)
    return Weights(round(model.parameters * 1e9 * BYTES[model.dtype]), about=True)


@cache
def _listed(repo: str, revision: str | None) -> int | None:
    """Bytes of a repository's weights by the hub's listing; None if it cannot be had."""
    import httpx
    from huggingface_hub import HfApi

    if not reachable():
        return None
    try:
        said = HfApi().model_info(
            repo, revision=revision, files_metadata=True, timeout=TIMEOUT_SECONDS
        )
    except (httpx.HTTPError, OSError, ValueError):  # hidden, gone, or no name of the hub
        return None
    sizes = {file.rfilename: file.size or 0 for file in said.siblings or []}
    for ending in (".safetensors", ".bin"):
        found = sum(
            size for name, size in sizes.items() if name.endswith(ending) and "/" not in name
        )
        if found:
            return found
    return None


@cache
def reachable() -> bool:
    """Whether the hub answers, asked once: where it does not, every model would wait for it."""
    import requests

    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return False
    place = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        requests.head(place, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return False
    return True


def only_what_is_here() -> None:
    """Let no library of this process seek the hub, where it does not answer.

    Call it before huggingface_hub is imported, which reads the variable then.
    """
    if not reachable():
        os.environ["HF_HUB_OFFLINE"] = "1"

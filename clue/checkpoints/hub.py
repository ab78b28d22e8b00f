"""Download size of a model's weights; downloads nothing."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clue.checkpoints import offline
from clue.checkpoints.locate import find_local_weights
from clue.config.schema import ModelConf

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class DownloadSize:
    """Size of the weights that are not on this machine yet."""

    size: int | None
    """Bytes to download; None = unknown."""
    about: bool = False
    """The size is parameters times bytes of the dtype: the hub was not asked."""


def download_size(model: ModelConf, models: Path) -> DownloadSize:
    """Returns the size of a model's weights that are not on this machine yet.

    Args:
        model: a checkpoint or a rule, which has no weights.
        models: folder of downloaded checkpoints.
    """
    if model.baseline or not model.repo or find_local_weights(model, models):
        return DownloadSize(0)
    size = _listed_size(model.repo, model.revision)
    if size is not None:
        return DownloadSize(size)
    if model.parameters is None:
        return DownloadSize(None)
    return DownloadSize(round(model.parameters * 1e9 * BYTES[model.dtype]), about=True)


@cache
def _listed_size(repo: str, revision: str | None) -> int | None:
    """Bytes of a repository's weights in the hub's listing; None if the listing is unavailable."""
    if not offline.check_hub():
        return None
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # httpx's or httpx2's

    try:
        info = HfApi().model_info(
            repo, revision=revision, files_metadata=True, timeout=offline.TIMEOUT_SECONDS
        )
    except (HTTPError, OSError, ValueError):  # hidden, deleted, or no valid name
        return None
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    for ending in (".safetensors", ".bin"):
        total = sum(
            size for name, size in sizes.items() if name.endswith(ending) and "/" not in name
        )
        if total:
            return total
    return None

"""Files of a folder that decide which checkpoint or adapter it is: all that are opened."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from clue.common import json_text
from clue.errors import ModelError, ModelUnavailable

CHECKPOINT = (
    "*.json",
    "*.safetensors",
    "*.bin",
    "*.model",
    "*.jinja",
    "*.tiktoken",
    "*.codes",
    "*.bpe",
    "vocab.txt",
    "merges.txt",
    "additional_chat_templates/*.jinja",
)
"""Files of a checkpoint, in addition to those that its index and its config name."""
ADAPTER = ("adapter_config.json", "adapter_model.*")
"""Files of an adapter; records of its training do not decide."""
INDEX = "*.index.json"


def checkpoint_files(folder: Path) -> list[Path]:
    """Returns the files of a checkpoint, sorted; also weights in subfolders.

    Raises:
        ModelError: it names weights outside the folder, or the file with their names is damaged.
        ModelUnavailable: weights that it names are missing.
    """
    weights = {folder / name for name in _named_weights(folder)}
    return sorted({*_matching(folder, CHECKPOINT), *weights})


def adapter_files(folder: Path) -> list[Path]:
    """Returns the files of an adapter, sorted."""
    return sorted(_matching(folder, ADAPTER))


def _matching(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    return (path for pattern in patterns for path in folder.glob(pattern))


def _named_weights(folder: Path) -> Iterator[str]:
    """Yields the names of weights in all indices and in the config."""
    for index in folder.glob(INDEX):
        shards = json_object(index).get("weight_map")
        names = shards.values() if isinstance(shards, dict) else ()
        yield from (_inside(index, name) for name in {str(name) for name in names})
    config = folder / "config.json"
    name = json_object(config).get("transformers_weights") if config.is_file() else None
    if name is not None:
        yield _inside(config, str(name))


def json_object(path: Path) -> dict[str, Any]:
    """Returns the JSON object in a file of a model.

    Raises:
        ModelError: it is damaged, or holds something else.
    """
    try:
        content = json_text.parse(path.read_bytes())
    except (ValueError, OSError) as error:
        raise ModelError(f"{path} is no JSON and cannot be read; download it again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} is no JSON object; download it again")
    return content


def _inside(source: Path, name: str) -> str:
    """Returns the name of a file below the folder of `source`, which names it."""
    path = PurePosixPath(name)
    if path.is_absolute() or PureWindowsPath(name).is_absolute() or ".." in path.parts:
        raise ModelError(
            f"{source} names weights outside its folder ({name}), which could change unnoticed: "
            "move them into the folder, and change the name"
        )
    if not (source.parent / path).is_file():
        raise ModelUnavailable(f"{source} names {name}, which is missing; download it again")
    return path.as_posix()

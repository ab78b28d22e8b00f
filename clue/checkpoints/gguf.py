"""Conversion of a GGUF file to a checkpoint in Hugging Face's layout, in the cache.

The identity of the model is the GGUF file's, so the files of the checkpoint have checksums.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from clue.checkpoints import intact
from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.common.file_cache import cached_checksum, checksum

FOLDER = "checkpoints"
"""Folder of the converted checkpoints in the cache."""
CHECKSUMS = "checksums.txt"
"""File with the sha256 of every other file of the folder, as JSON; no *.json of a checkpoint."""


def convert(gguf: Path, folder: Path) -> None:
    """Save a GGUF file in Hugging Face's layout, float32.

    Opening the GGUF file itself costs half a minute each time.

    Raises:
        ModelError: its tensors are not those of its architecture, or no numbers.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    origin: dict[str, Any] = {"gguf_file": gguf.name}
    loaded, report = AutoModelForCausalLM.from_pretrained(
        gguf.parent, dtype=torch.float32, **intact.REPORT, **origin
    )
    intact.check_tensors(gguf.name, str(gguf), report)
    intact.check_finite(gguf.name, str(gguf), loaded)
    # the saved weights are not quantised any more
    del loaded.config.quantization_config
    # the loaded model is marked as quantised too and cannot be saved
    unmarked = type(loaded)(loaded.config)
    unmarked.load_state_dict(loaded.state_dict())
    unmarked.generation_config = loaded.generation_config
    unmarked.save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, **origin).save_pretrained(part)
    seal(part)
    if folder.exists():  # damaged, or of a version that wrote no checksums
        old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
        folder.replace(old)
        shutil.rmtree(old)
    try:
        part.replace(folder)
    except OSError:  # another process was faster: its folder is as good
        shutil.rmtree(part)


def seal(folder: Path) -> None:
    """Write the checksums of the files of a converted checkpoint into its folder."""
    write_atomic(folder / CHECKSUMS, json.dumps(_checksums(folder, checksum)).encode())


def is_intact(folder: Path, cache: Path) -> bool:
    """True if a converted checkpoint is complete and as it was written.

    Args:
        folder: of the checkpoint.
        cache: folder of the checksums: a file that is unchanged since then is not read again.
    """
    return _is_as_written(folder, lambda path: cached_checksum(path, cache))


def damaged_checkpoints(cache: Path) -> Iterator[Path]:
    """Yields the converted checkpoints that are not as they were written; reads all their bytes."""
    for folder in sorted((cache / FOLDER).glob("[!.]*")):
        if not _is_as_written(folder, checksum):
            yield folder


def _is_as_written(folder: Path, checksum_of: Callable[[Path], str]) -> bool:
    try:
        written = json_text.parse((folder / CHECKSUMS).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(written == _checksums(folder, checksum_of))


def _checksums(folder: Path, checksum_of: Callable[[Path], str]) -> dict[str, str]:
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name != CHECKSUMS)
    return {path.name: checksum_of(path) for path in paths}

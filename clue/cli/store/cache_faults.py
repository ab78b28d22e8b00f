"""Faults of a store's cache: values whose checksum is wrong."""

from collections.abc import Iterator
from pathlib import Path

from clue.checkpoints import gguf
from clue.common import file_cache
from clue.common.plural import counted
from clue.metrics import feature_cache

REMEDY = "the next command that needs it makes it again"


def faults(cache: Path) -> Iterator[str]:
    """Describes every damaged part of the cache; no command uses such a part."""
    for path in file_cache.damaged_entries(cache):
        yield f"{path} is damaged; {REMEDY}"
    for path, values in feature_cache.damaged_files(cache / feature_cache.FOLDER):
        what = f"{counted(values, 'damaged value')}" if values else "no readable database"
        yield f"{path}: {what}; {REMEDY}"
    for folder in gguf.damaged_checkpoints(cache):
        yield f"{folder} is not as it was written; {REMEDY}"

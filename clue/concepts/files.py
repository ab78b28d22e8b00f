"""Which files a knowledge base or a model is made of."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from clue.data import checksum
from clue.data.memo import remembered
from clue.records import sha256

DIGITS = 16


def digest(paths: Sequence[Path], cache: Path) -> str:
    """Of the files' names and contents, as short hex; each is read once, then remembered."""
    sums = [
        [path.name, remembered(path, cache, ["sha256"], partial(checksum, path))] for path in paths
    ]
    return sha256(sums)[:DIGITS]

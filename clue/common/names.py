"""Names that become folders of a store: their alphabet, and the check that a path stays inside.

Names of models, tasks, prompt settings and studies, and of an imported archive, are folder names
and parts of addresses that people type. Letters and digits of ASCII, `.`, `_`, `-` and `+` are
equal on every file system and need no quotation marks in a shell.
"""

import re
from pathlib import Path

from clue.errors import StoreError

MAX_LENGTH = 200
"""Longest name; file systems allow 255 bytes, and files in writing have a longer name."""
NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9._+-]*[A-Za-z0-9_+-])?"
"""Pattern of a name, without its length."""
RULE = (
    f"a name has 1 to {MAX_LENGTH} of the characters A-Z a-z 0-9 . _ - + and neither begins with "
    "'.', '-' or '+' nor ends with '.'"
)
"""The alphabet, for people."""


def is_name(text: str) -> bool:
    """Tests if a text may be the name of a folder.

    >>> [is_name(text) for text in ("llama2_7b", "org--model-1.5", "..", "a/b", "a.", "a b", "")]
    [True, True, False, False, False, False, False]
    """
    return len(text) <= MAX_LENGTH and re.fullmatch(NAME, text) is not None


def path_inside(root: Path, *names: str) -> Path:
    """Returns the path of a file of a store, after its names and its place were checked.

    The first folder may be a link, because a large part of a store may be on another disk. Below
    it, no link may lead out of that folder.

    Args:
        root: folder of the store.
        names: of the folders from the root, then of the file.

    Raises:
        StoreError: a name is none, or the path is outside of the store.
    """
    for name in names:
        if not is_name(name):
            raise StoreError(f"{name!r} cannot be a folder or file of {root}: {RULE}")
    path = root.joinpath(*names)
    if not path.resolve().is_relative_to((root / names[0]).resolve()):
        raise StoreError(f"{path} leads out of the store, to {path.resolve()}: remove the link")
    return path

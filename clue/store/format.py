"""Format of a store: a number in `<mlruns>/store.json` that says which versions can read it.

    1   no file; completions and tables have no wording and no draw, which read as 0
    2   {"format": 2}; their keys are complete, see `clue.records.SampleKey`
    3   {"format": 3}; a completion may have a thought, see `clue.records.Completion.row`

A version reads its own format and all older ones. It declares its format before it writes, so a
store that an older version began becomes one of the new format, and its older files stay as they
are.
"""

import json
from pathlib import Path

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.errors import StoreError

FORMAT = 3
"""Format that this version writes, the newest that it reads."""
FORMAT_FILE = "store.json"
DECLARATION = json.dumps({"format": FORMAT}).encode() + b"\n"
"""Content of the file."""


def check_format(mlruns: Path) -> int:
    """Returns the format of a store; a folder without a declaration has format 1.

    Raises:
        StoreError: the format is newer than this version, or the declaration is damaged.
    """
    path = mlruns / FORMAT_FILE
    try:
        declaration = path.read_bytes()
    except FileNotFoundError:
        return 1
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    return parse_format(declaration, str(path))


def check_format_around(table: Path) -> None:
    """Checks the format of the store that a table lies in; a table elsewhere has none.

    Raises:
        StoreError: as `check_format`.
    """
    folders = table.resolve().parents  # <mlruns>/cells/<task>/<model>/<fingerprint>
    if len(folders) > 4 and folders[3].name == "cells":
        check_format(folders[4])


def declare_format(mlruns: Path) -> None:
    """Declares this version's format, before this version writes to a store.

    Raises:
        StoreError: as `check_format`, or the file cannot be written.
    """
    if check_format(mlruns) < FORMAT:
        write_atomic(mlruns / FORMAT_FILE, DECLARATION)


def parse_format(declaration: bytes, origin: str) -> int:
    """Returns the format that a declaration states.

    Args:
        declaration: content of the file.
        origin: the file, for messages.

    Raises:
        StoreError: the format is newer than this version, or the declaration is damaged.

    >>> parse_format(b'{"format": 2}', "mlruns/store.json")
    2
    """
    try:
        content = json_text.parse(declaration)
    except ValueError:  # also bytes that are no text
        content = None
    number = content.get("format") if isinstance(content, dict) else None
    if type(number) is not int or number < 1:  # True is an int too
        raise StoreError(
            f'{origin} is damaged: it must contain {{"format": N}} with a whole number N from 1. '
            f"Restore the file. This version writes {DECLARATION.decode().strip()}."
        )
    if number > FORMAT:
        raise StoreError(
            f"{origin} says format {number}, and this version of the project reads formats up to "
            f"{FORMAT}: a newer version wrote it. Update the project (git pull, make setup), then "
            "run the same command again. Nothing was changed."
        )
    return number

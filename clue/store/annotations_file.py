"""The file of choices and notes of a store, `<mlruns>/annotations.json`.

Writers hold a lock. Readers need none, since the file is replaced as a whole.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import PRIVATE, explain_write_errors, write_atomic
from clue.errors import StoreError
from clue.records import sha256
from clue.store.addresses import parse
from clue.store.annotations import Annotations, StoreChoice, StoreNote

NAME = "annotations.json"
LOCK = ".annotations.lock"
CHECKSUM = "sha256"


def now() -> str:
    """Returns the time in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(mlruns: Path) -> Annotations:
    """Reads the annotations of a store; none if there is no file.

    Raises:
        StoreError: the file is damaged.
    """
    path = mlruns / NAME
    try:
        return decode(path.read_bytes(), str(path))
    except FileNotFoundError:
        return Annotations()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error


def update(mlruns: Path, change: Callable[[Annotations], Annotations]) -> Annotations:
    """Changes the annotations of a store under a lock; returns the new ones.

    Raises:
        StoreError: the file is damaged or cannot be written.
    """
    with _locked(mlruns):
        before = read(mlruns)
        after = change(before)
        if after != before:
            write_atomic(mlruns / NAME, encode(after))
    return after


def encode(annotations: Annotations) -> bytes:
    """Returns the content of the file."""
    choices = [
        {"chosen": choice.chosen, "not": list(choice.rejected), "time": choice.time}
        for choice in annotations.choices
    ]
    notes = {
        address: {"text": note.text, "time": note.time}
        for address, note in sorted(annotations.notes.items())
    }
    document: dict[str, Any] = {"choices": choices, "notes": notes}
    document[CHECKSUM] = sha256(document)
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def decode(content: bytes, name: str) -> Annotations:
    """Returns the annotations of a file's content.

    Raises:
        StoreError: it is damaged; names the file.
    """
    try:
        document = json_text.parse(content)
        checksum = document.pop(CHECKSUM, None)  # None: an earlier version wrote the file
        if checksum not in (None, sha256(document)):
            raise ValueError("its content does not have the checksum that it states")
        choices = tuple(map(_choice, document["choices"]))
        notes = {str(parse(key)): _note(note) for key, note in document["notes"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, StoreError) as error:
        raise StoreError(
            f"{name} is damaged ({type(error).__name__}): restore it from a copy. Without one move "
            "it away and repeat the commands `python -m clue store use` and `note`; its choices "
            "and notes are lost, answers and scores are not"
        ) from error
    return Annotations(choices, notes)


def _choice(entry: Mapping[str, Any]) -> StoreChoice:
    rejected = tuple(str(parse(text)) for text in entry["not"])
    return StoreChoice(str(parse(entry["chosen"])), rejected, str(entry["time"]))


def _note(entry: Mapping[str, Any]) -> StoreNote:
    return StoreNote(str(entry["text"]), str(entry["time"]))


@contextmanager
def _locked(mlruns: Path) -> Iterator[None]:
    with explain_write_errors(mlruns):
        mlruns.mkdir(parents=True, exist_ok=True)
        lock = os.open(mlruns / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)

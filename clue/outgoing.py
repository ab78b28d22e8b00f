"""The gate for answers: what leaves the store for an archive or a tracking server passes it.

An answer can restate a note of credentialed data. Answers are in two places: in the records of a
cell, and in the pages of a report. Records are masked. A page cannot be masked afterwards, because
it may quote, shorten or escape an answer; the program that writes a report therefore declares for
every file whose answers it shows, and a file without a valid declaration is withheld.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.privacy import is_local
from clue.records import Record, sha256

TEXTS = ("text", "answer", "thought")
"""Columns of a record that may restate a note."""
IDS = ("sample_id", "cluster")
"""Columns of a record that name a note, a stay or a patient."""
DECLARATION = "files.json"
"""File in the folder of a report: sha256 and shown answers of each of its files."""

Shown = Literal["none", "open", "all"]
"""Answers that a file shows: none, those to open data, or those to credentialed data too."""
ALLOWED: Mapping[str | None, tuple[Shown, ...]] = {
    "full": ("none", "open", "all"),
    None: ("none", "open"),
    "hash": ("none",),
    "none": ("none",),
}
"""Declared answers that may leave, by the requested form of texts; None = none is requested."""


class ReportFiles(NamedTuple):
    """The files of a report's folder, as relative paths, sorted."""

    passed: list[Path]
    withheld: list[Path]
    """They show answers that may not leave, or nobody declared what they show."""


def text_mode(requested: str | None, access: str, destination: str | None) -> str:
    """Returns the form of the texts of records: `full`, `hash` or `none`.

    Without a requested form, texts are hashed if the data are credentialed and the destination is
    another machine.

    Args:
        requested: `full`, `hash`, `none`, or None.
        access: of the data, `open` or `credentialed`.
        destination: address of a tracking server; None = this machine.
    """
    if requested is not None:
        return requested
    return "full" if access == "open" or is_local(destination) else "hash"


def rows(records: Sequence[Record], mode: str) -> list[dict[str, Any]]:
    """Returns rows of the record table for a tracking server, with texts and ids masked.

    Nobody pairs records of a server, so that their ids can be digests; those of an archive stay.
    """
    masked_rows = [masked(record.row(), mode) for record in records]
    if mode == "full":
        return masked_rows
    return [row | {name: _hashed(row[name]) for name in IDS} for row in masked_rows]


def masked(row: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """Returns a record's row with its texts in full, as digests (one per text), or null."""
    if mode == "full":
        return dict(row)
    hashed = {
        name: _hashed(row[name]) if mode == "hash" and row[name] is not None else None
        for name in TEXTS
        if name in row
    }
    return {**row, **hashed}


def _hashed(text: str) -> str:
    return f"sha256:{sha256(text)}"


def declare(folder: Path, files: Mapping[Path, Shown]) -> Path:
    """Write the declaration of a report's files; returns its path.

    Declarations of other files in the folder stay: they hold as long as the file has its digest.

    Args:
        folder: of the report.
        files: the files that were written, and the answers that each shows.

    Raises:
        StoreError: the folder cannot be written.
    """
    entries = {
        path.relative_to(folder).as_posix(): {"sha256": _digest(path), "answers": shown}
        for path, shown in files.items()
    }
    path = folder / DECLARATION
    others = {name: entry for name, entry in _declared(folder).items() if (folder / name).is_file()}
    entries = others | entries
    write_atomic(path, (json.dumps(entries, indent=1, sort_keys=True) + "\n").encode())
    return path


def report_files(folder: Path, requested: str | None) -> ReportFiles:
    """Returns the files of a report that may leave, and those that may not.

    Args:
        folder: of the report; it may be missing.
        requested: form of texts, see `ALLOWED`.
    """
    paths, entries = _files(folder), _declared(folder)
    passed = [
        path
        for path in paths
        if requested == "full" or _may_leave(path, folder, entries, requested)
    ]
    return ReportFiles(*(_relative(part, folder) for part in (passed, set(paths) - set(passed))))


def unchanged(folder: Path) -> list[Path]:
    """Returns the files of a folder that are as they were declared, sorted."""
    entries = _declared(folder)
    return [path for path in _files(folder) if _declared_answers(path, folder, entries) is not None]


def _may_leave(path: Path, folder: Path, entries: Mapping[str, Any], requested: str | None) -> bool:
    """Tests if a file is as declared, and shows no answers that have to stay."""
    if path == folder / DECLARATION:
        return True
    return _declared_answers(path, folder, entries) in ALLOWED[requested]


def _declared_answers(path: Path, folder: Path, entries: Mapping[str, Any]) -> str | None:
    """Returns the answers that a file shows; None if it is not as somebody declared it."""
    entry = entries.get(path.relative_to(folder).as_posix())
    if not isinstance(entry, dict) or entry.get("sha256") != _digest(path):
        return None
    answers = entry.get("answers")
    return answers if isinstance(answers, str) else None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _declared(folder: Path) -> Mapping[str, Any]:
    """Returns the declaration of a folder; empty if it is missing or damaged."""
    try:
        entries = json_text.parse((folder / DECLARATION).read_bytes())
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _relative(paths: Iterable[Path], folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in paths)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""`python -m clue store note`: a text of a person on a stored cell, for lists and reports."""

import argparse

from clue.cli.store.arguments import add_fingerprint, store_of, stored_cell
from clue.common.console import print_lines
from clue.store import annotations_file
from clue.store.annotations import StoreNote


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_fingerprint(parser)
    parser.add_argument("text", help="text for people, in one line; '' removes the note")


def run(arguments: argparse.Namespace) -> int:
    """Write, replace or remove a note; prints what was done."""
    mlruns = store_of(arguments)
    cell = stored_cell(arguments.fingerprint, mlruns)
    text = " ".join(arguments.text.split())
    note = StoreNote(text, annotations_file.now()) if text else None
    before = annotations_file.read(mlruns).notes.get(cell.key)
    annotations_file.update(mlruns, lambda annotations: annotations.with_note(cell.key, note))
    if before:
        print_lines(f"note {'replaced' if note else 'removed'}: {before.text}")
    print_lines(f"{cell.key} ({cell.name}): {text or 'no note'}")
    return 0

"""`python -m clue store verify`: check every checksum of the store."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from clue.cli.store import cache_faults
from clue.common.plural import counted
from clue.errors import StoreError
from clue.records import sha256
from clue.store import annotations_file
from clue.store.generations import Generation, generations
from clue.store.records_table import RecordsTable, read_table

HELP = "check every checksum: completions, tables, fingerprints, cached values"


def add(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(arguments: argparse.Namespace) -> int:
    """Print all faults; returns 1 if there are any."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    stored = list(generations(mlruns))
    faults = [fault for generation in stored for fault in generation_faults(generation)]
    faults += _annotation_faults(mlruns)
    faults += cache_faults.faults(mlruns / "cache")
    for fault in faults:
        print(fault)
    tables = sum(len(generation.tables()) for generation in stored)
    size = f"{counted(len(stored), 'generation')}, {counted(tables, 'table')}"
    print(f"{size}: {counted(len(faults), 'fault') if faults else 'no faults'}")
    return int(bool(faults))


def _annotation_faults(mlruns: Path) -> list[str]:
    try:
        annotations_file.read(mlruns)
    except StoreError as error:
        return [str(error)]
    return []


def generation_faults(generation: Generation) -> Iterator[str]:
    """Describes every file of a generation that is damaged or does not belong to it."""
    try:
        stored = generation.store.completions()
    except StoreError as error:
        yield str(error)
        stored = {}
    yield from _description_faults(generation)
    for path in generation.tables():
        try:
            table = read_table(path, verify=True)
        except StoreError as error:
            yield str(error)
            continue
        records = {(record.key, record.prompt_sha256): record for record in table.records}
        changed = sum(
            key in records and records[key].completion != completion
            for key, completion in stored.items()
        )
        if changed and _has_text(table):
            yield (
                f"{path}: {counted(changed, 'answer differs', 'answers differ')} from "
                f"{generation.store.path.name}; score again with backend=replay force=true"
            )


def _description_faults(generation: Generation) -> Iterator[str]:
    path = generation.description
    try:
        settings = json.loads(path.read_text())
    except (OSError, ValueError):
        yield f"{path} is missing or damaged; the command that created the cell writes it again"
        return
    if not sha256(settings).startswith(generation.fingerprint):
        yield f"{path} does not match the digest in the folder's name; it was changed by hand"


def _has_text(table: RecordsTable) -> bool:
    """True if it contains answers, not digests of them."""
    return bool(table.facts.get("text", "full") == "full")

"""`python -m clue store verify`: every checksum of the store."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from clue.common.plural import counted
from clue.errors import StoreError
from clue.records import sha256
from clue.store.generations import Generation, generations
from clue.store.records_table import RecordsTable, read_table

HELP = "check every checksum: completions, tables, fingerprints"


def add(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong; the exit code says whether anything is."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    found = list(generations(mlruns))
    wrong = [fault for generation in found for fault in faults(generation)]
    for fault in wrong:
        print(fault)
    tables = sum(len(generation.tables()) for generation in found)
    size = f"{counted(len(found), 'generation')}, {counted(tables, 'table')}"
    print(f"{size}: {counted(len(wrong), 'fault') if wrong else 'no faults'}")
    return int(bool(wrong))


def faults(generation: Generation) -> Iterator[str]:
    """What is damaged of a generation, or does not belong to it."""
    try:
        stored = generation.store.completions()
    except StoreError as error:
        yield str(error)
        stored = {}
    yield from _description(generation)
    for path in generation.tables():
        try:
            table = read_table(path, verify=True)
        except StoreError as error:
            yield str(error)
            continue
        asked = {((row.sample_id, row.repeat), row.prompt_sha256): row for row in table.records}
        changed = sum(
            key in asked and asked[key].completion != completion
            for key, completion in stored.items()
        )
        if changed and _holds_text(table):
            yield (
                f"{path}: {counted(changed, 'answer differs', 'answers differ')} from "
                f"{generation.store.path.name}; score again with backend=replay force=true"
            )


def _description(generation: Generation) -> Iterator[str]:
    path = generation.description
    try:
        described = json.loads(path.read_text())
    except (OSError, ValueError):
        yield f"{path} is missing or damaged; the command that made the cell writes it again"
        return
    if not sha256(described).startswith(generation.fingerprint):
        yield f"{path} is not what the folder's name is the digest of; it was changed by hand"


def _holds_text(table: RecordsTable) -> bool:
    """Whether its answers are there, not digests in their place."""
    return bool(table.facts.get("text", "full") == "full")

"""`python -m clue store verify`: check every checksum of the store."""

import argparse
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from clue.cli.store import cache_faults
from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.common.plural import counted
from clue.errors import StoreError
from clue.records import Completion, SampleKey
from clue.store import annotations_file
from clue.store.checked_lines import DAMAGED
from clue.store.completions import CellStore
from clue.store.generations import Generation, generations
from clue.store.records_table import RecordsTable, read_table
from clue.study import freeze

Completions = Mapping[tuple[SampleKey, str], Completion]
"""Answers by key and digest of the prompt."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(arguments: argparse.Namespace) -> int:
    """Print all faults; returns 1 if there are any."""
    mlruns = absolute_path(arguments.mlruns)
    stored = list(generations(mlruns))
    faults = [fault for generation in stored for fault in _readable_faults(generation)]
    faults += [*_statement_faults(mlruns), *_database_faults(mlruns / "mlflow.db")]
    faults += cache_faults.faults(mlruns / "cache")
    for fault in faults:
        print_lines(fault)
    tables = sum(len(generation.tables()) for generation in stored)
    size = f"{counted(len(stored), 'generation')}, {counted(tables, 'table')}"
    print_lines(f"{size}: {counted(len(faults), 'fault') if faults else 'no faults'}")
    return int(bool(faults))


def _statement_faults(mlruns: Path) -> Iterator[str]:
    """Describes damage of what people stated: choices, notes, frozen studies."""
    readers: list[Callable[[], object]] = [partial(annotations_file.read, mlruns)]
    readers += [partial(freeze.read_file, path) for path in freeze.files(mlruns)]
    for read in readers:
        try:
            read()
        except StoreError as error:
            yield str(error)


def _database_faults(path: Path) -> Iterator[str]:
    """Describes damage of the tracking database; a busy one is read when its writer has ended."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as database:
            (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
            database.execute("SELECT count(*) FROM runs")
    except sqlite3.Error as error:
        state = str(error)
    if state != "ok":
        yield (
            f"{path} is damaged ({state}): move it away. The next command creates a new one, with "
            "a run for each cell that it evaluates, and generates nothing"
        )


def _readable_faults(generation: Generation) -> Iterator[str]:
    """Describes the faults of a generation; a file that cannot be read is one."""
    try:
        yield from generation_faults(generation)
    except OSError as error:
        path = error.filename or generation.folder
        yield f"{path} cannot be read: {error.strerror}; let this user read it"


def generation_faults(generation: Generation) -> Iterator[str]:
    """Describes every file of a generation that is damaged or does not belong to it.

    Tables are read before the answers: a process that writes appends answers before it scores them.
    """
    tables: dict[Path, RecordsTable] = {}
    for path in generation.tables():
        try:
            tables[path] = read_table(path, verify=True)
        except StoreError as error:
            yield str(error)
    yield from _description_faults(generation)
    for path in sorted(generation.folder.glob(f"*{DAMAGED}*")):
        yield (
            f"{path} has damaged lines that were moved aside; their samples are generated again. "
            "Is the disk failing? `python -m clue store prune --yes` removes the file"
        )
    try:
        for path, size in generation.store.lines.damaged_ends():
            yield (
                f"{path}: its last {size:,} bytes are damaged: the next run of the cell moves them "
                "aside and generates these samples again"
            )
        stored = generation.store.completions()
    except StoreError as error:
        yield str(error)
        return
    for path, table in tables.items():
        yield from _answer_faults(generation.store, stored, path, table)


def _answer_faults(
    store: CellStore, stored: Completions, path: Path, table: RecordsTable
) -> Iterator[str]:
    """Describes answers that differ from those that a table scores, or are lost."""
    records = {(record.key, record.prompt_sha256): record for record in table.records}
    common = records.keys() & stored.keys()
    changed = sum(records[key].completion != stored[key] for key in common)
    if changed and table.has_answers:
        yield (
            f"{path}: {counted(changed, 'answer differs', 'answers differ')} from "
            f"{store.path.name}; score again with backend=replay force=true"
        )
    lost = len(records) - len(common)
    if lost and store.was_written_here:
        yield (
            f"{store.path}: {counted(lost, 'answer is', 'answers are')} missing of the "
            f"{len(records):,} that {path.name} scores. The scores are intact; to score the "
            "answers by other metrics, restore the file from a copy"
        )


def _description_faults(generation: Generation) -> Iterator[str]:
    if not generation.settings():
        problem = "is missing or damaged"
    elif not generation.is_described:
        problem = "does not match the digest in the folder's name: changed by hand or damaged"
    else:
        return
    remedy = "the command that created the cell writes it again"
    yield f"{generation.description} {problem}; {remedy}"

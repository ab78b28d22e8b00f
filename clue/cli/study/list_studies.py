"""`python -m clue study list`: the declared studies, their size, and what the store has of them."""

import argparse
import logging

from clue.cli.study.resolved import resolved, store
from clue.common import console
from clue.errors import ClueError
from clue.store import annotations_file
from clue.store.stored_tables import stored_tables
from clue.study.declaration import names
from clue.study.membership import membership

log = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(arguments: argparse.Namespace) -> int:
    """Print a row per study; returns 1 if one cannot be used."""
    table = console.table(("study", "prompts", "frozen"), ("pairs", "tasks", "cells", "stored"))
    failed = 0
    for name in names():
        try:
            table.add_row(*_row(name, arguments))
        except ClueError as error:
            log.error("%s", error)
            failed = 1
    console.show(table)
    return failed


def _row(name: str, arguments: argparse.Namespace) -> list[str]:
    study = resolved(name, arguments)
    declaration = study.resolver.declaration
    mlruns = store(arguments)
    chosen = annotations_file.read(mlruns).chosen
    members = membership(declaration, stored_tables(mlruns), study.resolver.cell, chosen)
    sizes = (declaration.pairs, declaration.tasks, declaration.keys, members.counted)
    when = study.frozen[0].frozen_at[:10] if study.frozen else "no"
    return [name, ", ".join(declaration.prompts), when, *(str(len(part)) for part in sizes)]

"""Small complete stores, and everything about them that an attack must not change."""

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from clue.errors import StoreError
from clue.store.records_table import read_table
from tests.attack.forked import Ended, command, warm

MODELS = ("smollm2_135m", "smollm2_135m_hpo")
TASKS = ("mednli", "meqsum", "medisumcode")
SETTINGS = ("backend=fake", "limit=4", "paths.data=demo", "hydra.verbose=false")
ANALYSIS = (
    *("analysis", "study=demo", "include_trials=true", "flips=999", "draws=999"),
    *("sensitivity=false", "report=false", "paths.data=demo"),
)
CHANGING = ("seconds", "run_id", "made", "time")
"""Columns and facts that differ from run to run."""

Records = dict[str, Any]
"""Content of a table by its path, without what differs from run to run."""


class Undisturbed(NamedTuple):
    """A store that nothing has happened to."""

    folder: Path
    records: Records
    analysis: list[list[str]]


def evaluate(store: Path, *words: str, **options: Any) -> Ended:
    """Run the command that fills the store."""
    fixed = () if words else ("-m", f"model={','.join(MODELS)}", f"task=[{','.join(TASKS)}]")
    settings = [setting for setting in SETTINGS if not _is_set(setting, words)]
    return command(["run.py", *fixed, *words, *settings, f"paths.mlruns={store}"], **options)


def analyse(store: Path, *words: str, **options: Any) -> Ended:
    """Run the analysis of the store."""
    settings = [setting for setting in ANALYSIS if not _is_set(setting, words)]
    return command([*settings, *words, f"paths.mlruns={store}"], **options)


def clue(store: Path, *words: str, **options: Any) -> Ended:
    """Run a command of `python -m clue` on the store."""
    return command(["clue", *words, f"paths.mlruns={store}"], **options)


def _is_set(setting: str, words: tuple[str, ...]) -> bool:
    name = setting.partition("=")[0]
    return "=" in setting and any(word.startswith(f"{name}=") for word in words)


@contextmanager
def undisturbed(folder: Path) -> Iterator[Undisturbed]:
    """Makes a complete store with an analysis, choices and a frozen study; imports everything."""
    store = folder / "store"
    common = " ".join((*SETTINGS, f"paths.mlruns={store}"))
    warm(
        f"run.py -m model={','.join(MODELS)} task=[{','.join(TASKS)}] {common}",
        " ".join((*ANALYSIS, f"paths.mlruns={store}")),
        f"clue store verify paths.mlruns={store}",
        f"clue study freeze demo paths.data=demo paths.mlruns={store}",
        f"clue store export {folder / 'study.zip'} paths.mlruns={store}",
    )
    fingerprint = next(store.glob("cells/mednli/*/*")).name
    note = clue(store, "store", "note", fingerprint, "second try")
    assert note.code == 0, note.output
    assert analyse(store).code == 0
    yield Undisturbed(store, records(store), analysis(store))


def copied(base: Undisturbed, folder: Path) -> Path:
    """A copy of the undisturbed store, with its artifacts where its database says."""
    store = folder / "store"
    shutil.copytree(base.folder, store)
    relocated = clue(store, "store", "relocate")
    assert relocated.code == 0, relocated.output
    return store


def records(store: Path) -> Records:
    """Returns the readable tables of a store by their path."""
    tables: Records = {}
    for path in sorted(store.glob("cells/*/*/*/records-*.parquet")):
        try:
            table = read_table(path, verify=True)
        except StoreError:
            continue
        rows = [_lasting(record.row()) for record in table.records]
        tables[str(path.relative_to(store))] = [rows, table.signatures, _lasting(table.facts)]
    return tables


def differing(base: Records, store: Path) -> Iterator[str]:
    """Describes the tables that are lacking, or differ from those of the undisturbed store."""
    present = records(store)
    for name, table in base.items():
        if name not in present:
            yield f"{name} is lacking or unreadable"
        elif json.dumps(table, default=str) != json.dumps(present[name], default=str):
            yield f"{name} differs from that of an undisturbed run"


def analysis(store: Path) -> list[list[str]]:
    """Returns the cells of the analysis, without columns that differ from run to run."""
    with (store / "analysis" / "cells.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    columns = [number for number, name in enumerate(rows[0]) if name not in CHANGING]
    return [[row[number] for number in columns] for row in rows]


def _lasting(row: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(row).items() if name not in CHANGING}

"""`python -m clue data status`: which data sets are here, and whether they are as released."""

import argparse
import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from omegaconf import OmegaConf
from rich.filesize import decimal
from rich.text import Text

from clue.cli.data.inventory import File, files
from clue.common import console
from clue.config.folders import ROOT
from clue.data.locate import command, data_root
from clue.data.registry import DATASETS
from clue.errors import ConfigError
from clue.task import task_files

HELP = "say which data sets are here and whether they are as released"
COLOURS = {"found": "green", "missing": "yellow", "malformed": "red"}
DIGITS = 8
"""Of a checksum, in the table; JSON has all."""


def add(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--need",
        action="extend",
        nargs="+",
        default=[],
        metavar="task=NAME",
        help="exit code 1 unless these tasks' test files are here: task=all, task=meqsum,mednli",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--mlruns", type=Path, default=ROOT / "mlruns", help="its cache remembers what was read"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what is here; returns 1 if something that is needed is missing or malformed.

    Raises:
        ConfigError: `--need` names no task.
    """
    root = data_root(arguments.data)
    found = list(files(root, needed(arguments.need), arguments.mlruns / "cache"))
    if arguments.json:
        print(json.dumps({"data": str(root), "files": [asdict(file) for file in found]}, indent=1))
    else:
        _show(root, found)
    return int(any(file.needed and file.state != "found" for file in found))


def needed(wanted: Iterable[str]) -> set[str]:
    """The data sets that tasks read; `wanted` as on the command line, e.g. `task=all`.

    Raises:
        ConfigError: there is no such task, or it is not said as `task=`.
    """
    found = set()
    for each in wanted:
        key, _, names = each.partition("=")
        if key != "task" or not names:
            raise ConfigError(f"--need {each}: say --need task=all or --need task=meqsum,mednli")
        for name in names.split(","):
            found |= {_dataset(task) for task in _expanded(name)}
    return found


def _expanded(name: str) -> list[str]:
    """The tasks of a list such as `all`, as Hydra reads it; a task is its own list."""
    path = task_files.FOLDER / f"{name}.yaml"
    if not path.is_file():
        return [name]  # `tasks.load` says which there are
    read = OmegaConf.to_container(OmegaConf.load(path))
    parts = read.get("defaults") if isinstance(read, dict) else None
    return [task for part in parts for task in _expanded(str(part))] if parts else [name]


def _dataset(task: str) -> str:
    name = importlib.import_module(f"clue.task.{task_files.load(task).module}").DATASET
    assert isinstance(name, str)
    return name


def _show(root: Path, found: Sequence[File]) -> None:
    names, numbers = ("data set", "split", "state", "sha256"), ("rows", "official", "size")
    table = console.table(names, numbers)
    for file in found:
        state = Text(file.state, style=COLOURS[file.state])
        digest = (file.sha256 or "-")[:DIGITS]
        size = "-" if file.bytes is None else decimal(file.bytes)
        counts = [_count(file.rows), _count(file.official_rows), size]
        table.add_row(file.dataset, file.split, state, digest, *counts)
    console.show(f"data in {root}", table)
    for name, group in groupby(found, lambda file: file.dataset):
        console.show(*_lines(root, name, list(group)))


def _lines(root: Path, name: str, group: Sequence[File]) -> Iterator[str]:
    """What the table has no room for: terms, paths, what is wrong, what to do."""
    first = group[0]
    yield f"{name}: {first.version}, {first.access}, {first.licence}"
    if first.page:
        yield f"  {first.page}"
    for file in group:
        if file.state != "missing":
            yield f"  {file.split}: {file.path}"
        if file.note:
            yield f"  {file.split} is {file.state}: {file.note}"
    lacking = [file.split for file in group if file.state != "found"]
    if lacking:
        yield f"  to have {', '.join(lacking)}: {command(DATASETS[name], root)}"


def _count(rows: int | None) -> str:
    return "-" if rows is None else f"{rows:,}"

"""`python -m clue data status`: lists the data sets and checks them against their releases."""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.filesize import decimal
from rich.text import Text

from clue.cli.data.inventory import FileStatus, files
from clue.common import console
from clue.config.folders import ROOT
from clue.data.locate import data_root, download_command
from clue.data.registry import DATASETS, DEMO
from clue.errors import ConfigError
from clue.task import task_files
from clue.task.task_data import TaskData

COLOURS = {"found": "green", "missing": "yellow", "malformed": "red"}
DIGITS = 8
"""Digits of a checksum in the table; JSON has all."""


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument(
        "--need",
        action="extend",
        nargs="+",
        default=[],
        metavar="task=NAME",
        help="exit code 1 unless the test files of these tasks are correct: task=all, "
        "task=meqsum,mednli",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument(
        "--mlruns", type=Path, default=ROOT / "mlruns", help="its cache stores results of checks"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the state of all files; returns 1 if a needed file is missing or malformed.

    Raises:
        ConfigError: a value of `--need` is no task.
    """
    root = data_root(arguments.data)
    statuses = list(files(root, needed_datasets(arguments.need), arguments.mlruns / "cache"))
    if arguments.json:
        console.print_lines(
            json.dumps({"data": str(root), "files": list(map(asdict, statuses))}, indent=1)
        )
    else:
        needed = [file for file in statuses if file.needed]
        _show(root, statuses, needed or statuses)
        if needed:
            console.show(_conclusion(needed))
    return int(any(file.needed and file.state != "found" for file in statuses))


def needed_datasets(options: Iterable[str]) -> set[str]:
    """Returns the data sets that tasks read, given values of `--need` such as `task=all`.

    Raises:
        ConfigError: there is no such task, or a value does not begin with `task=`.
    """
    datasets = set()
    for option in options:
        key, _, names = option.partition("=")
        if key != "task" or not names:
            raise ConfigError(f"--need {option}: use --need task=all or --need task=meqsum,mednli")
        for name in names.split(","):
            datasets |= {_dataset(task) for task in task_files.expanded(name)}
    return datasets


def _dataset(task: str) -> str:
    return TaskData(task_files.load(task), DEMO).dataset.name


def _show(root: Path, statuses: Sequence[FileStatus], described: Sequence[FileStatus]) -> None:
    """Prints the table of all files, and the details of those that are described."""
    names, numbers = ("data set", "split", "state", "sha256"), ("rows", "official", "size")
    table = console.table(names, numbers)
    for file in statuses:
        state = Text(file.state, style=COLOURS[file.state])
        digest = (file.sha256 or "-")[:DIGITS]
        size = "-" if file.bytes is None else decimal(file.bytes)
        counts = [_count(file.rows), _count(file.official_rows), size]
        table.add_row(file.dataset, file.split, state, digest, *counts)
    console.show(f"data in {root}", table)
    for name, group in groupby(described, lambda file: file.dataset):
        console.show(*_lines(root, name, list(group)))


def _conclusion(needed: Sequence[FileStatus]) -> str:
    lacking = dict.fromkeys(file.dataset for file in needed if file.state != "found")
    if lacking:
        return f"Needed and not usable: {', '.join(lacking)}. The commands that get them are above."
    return "Everything that these tasks need is here."


def _lines(root: Path, name: str, group: Sequence[FileStatus]) -> Iterator[str]:
    """Details below the table: terms, paths, problems, commands."""
    first = group[0]
    yield f"{name}: {', '.join(filter(None, (first.version, first.access, first.licence)))}"
    if first.page:
        yield f"  {first.page}"
    for file in group:
        if file.state != "missing":
            yield f"  {file.split}: {file.path}"
        if file.note:
            yield f"  {file.split} is {file.state}: {file.note}"
    not_found = [file.split for file in group if file.state != "found"]
    if not_found and name in DATASETS:
        yield f"  to get {', '.join(not_found)}: {download_command(DATASETS[name], root)}"


def _count(rows: int | None) -> str:
    return "-" if rows is None else f"{rows:,}"

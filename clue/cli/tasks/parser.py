"""The tasks: data, access, tokens of a prompt, score, and the lists that name several.

    python -m clue tasks           the table, with a legend
    python -m clue tasks --json

Loads no weights and downloads nothing. Exit code 0.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from clue.cli.models.context_needs import ContextNeed, context_needs
from clue.cli.store.arguments import default_data
from clue.cli.tasks.overview import task_facts
from clue.common import console
from clue.common.cli import Command
from clue.config.folders import ROOT
from clue.data.locate import data_root
from clue.task import task_files

NAMES = ("task", "level", "data set", "access")
NUMBERS = ("rows", "shots", "tokens", "answer")
ESTIMATED = "~"
UNKNOWN = "-"
LEGEND = (
    "Run one: python run.py model=NAME task=NAME",
    "level     1 and 2: the paper's; exam, open: studies of their own, in no score of the paper",
    "access    open: python -m clue data fetch NAME; credentialed: needs a PhysioNet account",
    f"rows      questions of the official test file; {UNKNOWN} = a table of your own",
    "shots     worked examples in a prompt",
    f"tokens    longest prompt and answer of the data here; {ESTIMATED} = estimate for a prompt of",
    f"          average length, where the data are missing; {UNKNOWN} = unknown",
    "answer    most tokens of an answer",
    "score     metrics whose mean is the task score, each in points (0 to 100)",
    "Is the data here? python -m clue data status. Without data: paths.data=demo is fictional.",
)
"""Explains every column and symbol of the table."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--data", help="folder of the data sets, or demo (default: CLUE_DATA)")
    parser.add_argument(
        "--mlruns",
        type=Path,
        default=ROOT / "mlruns",
        help="its cache keeps lengths of prompts",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    data = data_root(arguments.data or default_data())
    needs = {need.task: need for need in context_needs(data, arguments.mlruns / "cache")}
    rows = list(task_facts())
    if arguments.json:
        lists = {name: task_files.expanded(name) for name in task_files.lists()}
        facts = [row | _tokens_as_facts(needs[row["task"]]) for row in rows]
        console.print_lines(json.dumps({"tasks": facts, "lists": lists}, indent=1))
    else:
        _print_table(rows, needs)
    return 0


def _tokens_as_facts(need: ContextNeed) -> dict[str, Any]:
    return {"tokens": need.tokens, "tokens_of_longest_prompt": need.longest}


def _print_table(rows: Sequence[Mapping[str, Any]], needs: Mapping[str, ContextNeed]) -> None:
    table = console.table(NAMES, NUMBERS)
    table.add_column("score")
    for _, members in groupby(rows, key=lambda row: row["level"]):
        if table.rows:
            table.add_row()
        for row in members:
            table.add_row(*_cells(row, needs[row["task"]]))
    console.show(table, "", *_lists(), "", *LEGEND)


def _cells(row: Mapping[str, Any], need: ContextNeed) -> list[str]:
    return [
        row["task"],
        row["level"] or UNKNOWN,
        row["dataset"],
        row["access"],
        _count(row["rows"]),
        str(row["shots"]),
        f"{'' if need.longest or need.tokens is None else ESTIMATED}{_count(need.tokens)}",
        f"{row['max_new_tokens']:,}",
        ", ".join(row["score"]),
    ]


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def _lists() -> Iterator[str]:
    """A line per list of tasks, the longest first."""
    expanded = {name: task_files.expanded(name) for name in task_files.lists()}
    yield "Lists of tasks:"
    for name, tasks in sorted(expanded.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"  task={name}: {', '.join(tasks)}"


main = Command("clue tasks", __doc__, add, run)

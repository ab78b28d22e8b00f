"""The models of the study: pairs, context, which tasks fit, whether the weights are here.

    python -m clue models                     the table
    python -m clue models med42_8b aloe8b     all that their files say
    python -m clue models --json

Nothing is loaded or downloaded, and no hub is asked. Exit code 0, or 1 for an unknown name.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from clue.cli.models.context_needs import Need, needs
from clue.cli.models.overview import Row, fitting, rows
from clue.common import console
from clue.common.cli import Command
from clue.config.folders import ROOT
from clue.data.locate import data_root

NAMES = ("model", "base", "trained from")
NUMBERS = ("billions", "context")


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("name", nargs="*", help="models to say everything of (default: a table)")
    parser.add_argument("--json", action="store_true", help="for programs")
    for name in ("models", "data"):
        default = os.environ.get(f"CLUE_{name.upper()}", str(ROOT / name))
        parser.add_argument(f"--{name}", default=default, help=f"default: CLUE_{name.upper()}")
    parser.add_argument(
        "--mlruns", type=Path, default=ROOT / "mlruns", help="its cache remembers prompt lengths"
    )


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    asked = list(needs(data_root(chosen.data), chosen.mlruns / "cache"))
    found = rows(chosen.name, asked, Path(chosen.models).expanduser().resolve())
    if chosen.json:
        tasks = [asdict(need) for need in asked]
        print(json.dumps({"models": [row.facts() for row in found], "tasks": tasks}, indent=1))
    elif chosen.name:
        for row in found:
            _say(row)
    else:
        _show(found, asked)
    return 0


def _show(found: Sequence[Row], asked: Sequence[Need]) -> None:
    table = console.table(NAMES, NUMBERS)
    for name in ("fits", "weights"):
        table.add_column(name)
    for row in found:
        table.add_row(*_cells(row, asked))
    console.show(table, *_notes(asked))


def _cells(row: Row, asked: Sequence[Need]) -> list[str]:
    model = row.model
    return [
        model.label,
        model.base or "-",
        model.ancestor or model.base or "-",
        "-" if model.parameters is None else f"{model.parameters:g}",
        "-" if model.context is None else f"{model.context:,}",
        fitting(row, asked),
        row.weights or ("gated" if model.gated else "on the hub"),
    ]


def _notes(asked: Sequence[Need]) -> list[str]:
    sizes = [
        f"  {need.task}: {'unknown' if need.tokens is None else format(need.tokens, ',')} "
        f"({'the longest of the data here' if need.longest else 'of average length, no data here'})"
        for need in asked
    ]
    return [
        "",
        "tokens of prompt and answer, estimated; `run.py ... dry_run=true` counts a model's own:",
        *sizes,
        "`python -m clue models <name>` says what is known of a model's terms and chat layout",
    ]


def _say(row: Row) -> None:
    for name, value in row.facts().items():
        if value not in (None, [], False):
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            print(f"{name + ':':<14} {text}")
    print()


main = Command("clue models", __doc__, add, run)

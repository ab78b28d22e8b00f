"""The models of the study: pairs, context, tasks that fit, location of the weights.

    python -m clue models                     the table, by family, with a legend
    python -m clue models med42_8b aloe8b     everything in their files
    python -m clue models --json
    python -m clue models smollm2_135m --show-prompt mednli    a prompt exactly as the model gets it
    python -m clue models smollm2_135m --show-prompt mednli --prompt spread --wording 3

Loads no weights, downloads nothing, asks no hub. `--show-prompt` needs the tokenizer on this
machine, and prints no text of credentialed data. Exit code 0, or 1 for an unknown name.
"""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from clue.cli.models import show_prompt
from clue.cli.models.context_needs import context_needs
from clue.cli.models.model_table import print_table
from clue.cli.models.overview import ModelOverview, model_overviews
from clue.common.cli import Command
from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.config import model_files
from clue.config.folders import ROOT
from clue.data.locate import data_root


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "name", nargs="*", help="models to describe in full (default: a table of all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--models", default=_place("models"), help="default: CLUE_MODELS")
    parser.add_argument("--data", help="default: CLUE_DATA; with --show-prompt the fictional data")
    parser.add_argument(
        "--mlruns",
        type=Path,
        default=ROOT / "mlruns",
        help="store whose cache keeps prompt lengths and unpacked checkpoints",
    )
    show_prompt.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    if arguments.show_prompt:
        return show_prompt.run(arguments)
    show_prompt.check_unused(arguments)
    data = data_root(arguments.data or _place("data"))
    needs = list(context_needs(data, arguments.mlruns / "cache"))
    folder = absolute_path(arguments.models)
    overviews = model_overviews(arguments.name, needs, folder)
    if arguments.json:
        tasks = [asdict(need) for need in needs]
        facts = {"models": [row.facts() for row in overviews], "tasks": tasks}
        print_lines(json.dumps(facts, indent=1))
    elif arguments.name:
        for row in overviews:
            _print_facts(row)
    else:
        print_table(overviews)
    return 0


def _place(name: str) -> str:
    """Folder of data or checkpoints: of the variable of this shell, else in the project."""
    return os.environ.get(f"CLUE_{name.upper()}", str(ROOT / name))


def _print_facts(row: ModelOverview) -> None:
    for name, value in row.facts().items():
        if value not in (None, [], False):
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            print_lines(f"{name + ':':<14} {text}")
    if model_files.is_open(row.model):
        print_lines(
            "not pinned:    a branch of the hub decides; each cell records its commit or digest"
        )
    print_lines("")


main = Command("clue models", __doc__, add, run)

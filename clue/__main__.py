"""`clue COMMAND ...`, also `python -m clue COMMAND ...`: every command of the project."""

import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

from clue.common.console import print_error, print_lines
from clue.common.suggestion import unknown


class Entry(NamedTuple):
    """A command: the module whose `main(arguments)` runs it, and a line of help."""

    module: str
    help: str


COMMANDS = {
    "run": Entry("clue.cli.run", "evaluate models on tasks, as `python run.py`"),
    "status": Entry("clue.cli.status", "show what runs on a store, from another terminal"),
    "data": Entry("clue.cli.data.parser", "check, fetch and build data sets"),
    "tasks": Entry("clue.cli.tasks.parser", "list tasks, their data, tokens and lists"),
    "models": Entry("clue.cli.models.parser", "list models, pairs and weights, show their prompts"),
    "study": Entry("clue.cli.study.parser", "list, show and freeze declared studies"),
    "store": Entry("clue.cli.store.parser", "list, verify, export, import or prune results"),
    "analysis": Entry("analysis.cli.study", "analyse every pair of a store, write the report"),
    "compare": Entry("analysis.cli.compare", "compare two files of per-sample results"),
    "power": Entry("analysis.cli.power", "plan how many items a comparison needs"),
    "meta": Entry("analysis.cli.meta", "meta-analyse differences of pairs in families"),
    "view": Entry("analysis.cli.view", "write a page with every item of a pair"),
    "labels": Entry("analysis.cli.labels", "read the blind labels of such a page"),
    "ui": Entry("clue.cli.ui", "show the store in MLflow's browser interface"),
}
"""Modules are named, not imported: help is quick, and `clue` imports nothing of `analysis`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code, 2 where there is no such command."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print_lines(_usage())
        return 0
    if name not in COMMANDS:
        print_error(f"error: {unknown(name, list(COMMANDS), 'command')}\n{_usage()}")
        return 2
    return int(importlib.import_module(COMMANDS[name].module).main(rest))


def _usage() -> str:
    lines = [f"  {name:<10}{entry.help}" for name, entry in COMMANDS.items()]
    return "\n".join(["usage: clue COMMAND ...", "", *lines, "", "clue COMMAND --help says more."])


if __name__ == "__main__":
    sys.exit(main())

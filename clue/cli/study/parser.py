"""Declared studies: list, show and freeze them.

    python -m clue study list
    python -m clue study show paper
    python -m clue study freeze paper     # before its cells are generated: a preregistration

Exit code 0: done; 1: a study cannot be used, or a frozen one was changed.
"""

import argparse

from clue.common.cli import Command, Subcommand, add_subcommands
from clue.config.folders import ROOT

SUBCOMMANDS = {
    "list": Subcommand(
        "clue.cli.study.list_studies",
        "list declared studies: pairs, tasks, stored cells, frozen or not",
    ),
    "show": Subcommand(
        "clue.cli.study.show",
        "print everything that a study declares, resolved, and when it was frozen",
    ),
    "freeze": Subcommand(
        "clue.cli.study.freeze",
        "record a declaration with its sha256, time and commit, in the store and in MLflow",
    ),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    shared.add_argument("--data", help="folder of the data sets (default: data, or CLUE_DATA)")
    add_subcommands(parser, SUBCOMMANDS, shared)


main = Command("clue study", __doc__, add)

"""Declared studies: list, show and freeze them.

    python -m clue study list
    python -m clue study show paper
    python -m clue study freeze paper     # before its cells are generated: a preregistration

Exit code 0: done; 1: a study cannot be used, or a frozen one was changed.
"""

import argparse

from clue.cli.study import freeze, list_studies, show
from clue.common.cli import Command, add_subcommands
from clue.config.folders import ROOT


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    shared.add_argument("--data", help="folder of the data sets (default: data, or CLUE_DATA)")
    add_subcommands(parser, {"list": list_studies, "show": show, "freeze": freeze}, shared)


main = Command("clue study", __doc__, add)

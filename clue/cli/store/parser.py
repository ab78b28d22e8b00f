"""The store of results: list, check, move and clean it.

    python -m clue store list
    python -m clue store verify
    python -m clue store export study.zip
    python -m clue store import study.zip
    python -m clue store relocate        # after mlruns/ was moved
    python -m clue store prune           # lists removable files; --yes removes them

Exit code 0: done; 1: something is damaged, missing or refused; 130: stopped by Ctrl-C.
"""

import argparse

from clue.cli.store import export, import_archive, list_cells, prune, relocate, verify
from clue.common.cli import Command, add_subcommands
from clue.config.folders import ROOT


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    modules = {
        "list": list_cells,
        "verify": verify,
        "export": export,
        "import": import_archive,
        "relocate": relocate,
        "prune": prune,
    }
    add_subcommands(parser, modules, shared)


main = Command("clue store", __doc__, add)

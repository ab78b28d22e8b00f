"""The store of results: list, check, move and clean it; choose between cells, remove trials.

    python -m clue store list            # cells, and the studies in which they count
    python -m clue store list --trials --pair meditron7b --study paper
    python -m clue store list --missing  # the command for what is left of the newest sweep
    python -m clue store use 3f2a9c01    # of several cells that fit a declared one
    python -m clue store note 3f2a9c01 "first try, wrong chat template"
    python -m clue store remove 3f2a9c01 # a trial; lists what --yes removes
    python -m clue store verify
    python -m clue store export study.zip
    python -m clue store import study.zip
    python -m clue store relocate        # after mlruns/ was moved
    python -m clue store prune           # lists removable files; --yes removes them

A cell is named by the first digits of its fingerprint, as `list` shows them, at least 4; a table of
it by <fingerprint>/<first digits of the table>.

Exit code 0: done; 1: something is damaged, missing or refused; 130: stopped by Ctrl-C.
"""

import argparse

from clue.cli.store import (
    export,
    import_archive,
    list_cells,
    note,
    prune,
    relocate,
    remove,
    use,
    verify,
)
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
        "use": use,
        "note": note,
        "remove": remove,
        "verify": verify,
        "export": export,
        "import": import_archive,
        "relocate": relocate,
        "prune": prune,
    }
    add_subcommands(parser, modules, shared)


main = Command("clue store", __doc__, add)

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

from clue.common.cli import Command, Subcommand, add_subcommands
from clue.config.folders import ROOT

SUBCOMMANDS = {
    "list": Subcommand(
        "clue.cli.store.list_cells",
        "list cells: state, the studies in which they count, reasons of trials",
    ),
    "use": Subcommand(
        "clue.cli.store.use", "choose the cell that counts where several fit a declared one"
    ),
    "note": Subcommand(
        "clue.cli.store.note",
        "write a note on a cell, shown by `list` and in the report; '' removes it",
    ),
    "remove": Subcommand(
        "clue.cli.store.remove",
        "remove a trial with its answers and runs; without --yes only list them",
    ),
    "verify": Subcommand(
        "clue.cli.store.verify",
        "check every checksum: completions, tables, fingerprints, cached values",
    ),
    "export": Subcommand(
        "clue.cli.store.export", "write finished cells, their runs and the report to an archive"
    ),
    "import": Subcommand("clue.cli.store.import_archive", "read an archive that `export` wrote"),
    "relocate": Subcommand(
        "clue.cli.store.relocate", "point the runs of a moved store to its artifacts"
    ),
    "prune": Subcommand(
        "clue.cli.store.prune",
        "remove replaced completions and incomplete files; without --yes only list them",
    ),
}
"""Modules are named, not imported: help is quick."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--mlruns", default=str(ROOT / "mlruns"), help="folder of the store (default: mlruns)"
    )
    add_subcommands(parser, SUBCOMMANDS, shared)


main = Command("clue store", __doc__, add)

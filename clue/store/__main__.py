"""The store of results: what is in it, whether it is whole, how to move it.

    python -m clue.store list
    python -m clue.store verify
    python -m clue.store export study.tar.gz
    python -m clue.store import study.tar.gz
    python -m clue.store relocate        # after mlruns/ was moved
    python -m clue.store prune           # what could go; --yes removes it

Exit code 0: done; 1: something is damaged, missing or refused; 130: stopped by Ctrl-C.
"""

import argparse
import sys
from collections.abc import Sequence

from clue import commands
from clue.config import ROOT
from clue.store import exporting, importing, listing, pruning, relocation, verification


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = commands.parser("clue.store", __doc__)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--mlruns", default=str(ROOT / "mlruns"), help="the store (default: mlruns)")
    known = made.add_subparsers(metavar="COMMAND", required=True)
    modules = {
        "list": listing,
        "verify": verification,
        "export": exporting,
        "import": importing,
        "relocate": relocation,
        "prune": pruning,
    }
    for name, module in modules.items():
        commands.add(known, name, module, where)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    return commands.run(parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())

"""The data sets: what is here, get the rest, build what was never released.

    python -m clue.data status --need task=all
    python -m clue.data fetch meqsum longhealth
    python -m clue.data fetch mednli --user NAME
    python -m clue.data build medisumcode
    python -m clue.data import-upstream <checkout of TIO-IKIM/CLUE>

Exit code 0: done; 1: something is missing, refused or malformed; 130: stopped by Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from clue import commands
from clue.config import ROOT
from clue.data import fetch, status, upstream
from clue.data.building import build_medisumcode, build_medisumqa


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = commands.parser("clue.data", __doc__)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data",
        default=os.environ.get("CLUE_DATA", str(ROOT / "data")),
        help="folder of the data sets, or demo (default: CLUE_DATA, else data/)",
    )
    known = made.add_subparsers(metavar="COMMAND", required=True)
    for name, module in (("status", status), ("fetch", fetch), ("import-upstream", upstream)):
        commands.add(known, name, module, where)
    build = known.add_parser("build", help="make what was never released from MIMIC-IV")
    sets = build.add_subparsers(metavar="DATASET", required=True)
    for name, module in (("medisumcode", build_medisumcode), ("medisumqa", build_medisumqa)):
        commands.add(sets, name, module, where)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    return commands.run(parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Data sets: show their state, download released ones, build the others from MIMIC-IV.

    python -m clue data status --need task=all
    python -m clue data fetch meqsum longhealth
    python -m clue data fetch mednli --user NAME
    python -m clue data build medisumcode
    python -m clue data import-upstream <checkout of TIO-IKIM/CLUE>

Exit code 0: success; 1: a file is missing, refused or malformed; 130: stopped by Ctrl-C.
"""

import argparse
import os

from clue.cli.data import build_medisumcode, build_medisumqa, fetch, import_upstream, status
from clue.common.cli import Command, add_subcommands
from clue.config.folders import ROOT


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        default=os.environ.get("CLUE_DATA", str(ROOT / "data")),
        help="folder of the data sets, or demo (default: CLUE_DATA, else data/)",
    )
    modules = {"status": status, "fetch": fetch, "import-upstream": import_upstream}
    commands = add_subcommands(parser, modules, shared)
    build = commands.add_parser("build", help="build an unreleased data set from MIMIC-IV")
    builders = {"medisumcode": build_medisumcode, "medisumqa": build_medisumqa}
    add_subcommands(build, builders, shared, metavar="DATASET")


main = Command("clue data", __doc__, add)

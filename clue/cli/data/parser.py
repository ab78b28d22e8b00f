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

from clue.common.cli import Command, Subcommand, add_subcommands
from clue.config.folders import ROOT

SUBCOMMANDS = {
    "status": Subcommand(
        "clue.cli.data.status", "list the data sets and check them against their releases"
    ),
    "fetch": Subcommand("clue.cli.data.fetch", "download released data sets"),
    "import-upstream": Subcommand(
        "clue.cli.data.import_upstream",
        "read the authors' prompts from a checkout of their repository, for prompt=upstream",
    ),
}
BUILDERS = {
    "medisumcode": Subcommand(
        "clue.cli.data.build_medisumcode",
        "build MeDiSumCode from MIMIC-IV: discharge letters with their ICD-10-CM codes",
    ),
    "medisumqa": Subcommand(
        "clue.cli.data.build_medisumqa",
        "build MeDiSumQA from MIMIC-IV: a model writes questions on a letter's instructions",
    ),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        default=os.environ.get("CLUE_DATA", str(ROOT / "data")),
        help="folder of the data sets, or demo (default: CLUE_DATA, else data/)",
    )
    commands = add_subcommands(parser, SUBCOMMANDS, shared)
    build = commands.add_parser("build", help="build an unreleased data set from MIMIC-IV")
    add_subcommands(build, BUILDERS, shared, metavar="DATASET")


main = Command("clue data", __doc__, add)

"""The data sets: what is here, get the rest, build what was never released.

    python -m clue.data status --need task=all
    python -m clue.data fetch meqsum longhealth
    python -m clue.data fetch mednli --user NAME
    python -m clue.data build medisumcode
    python -m clue.data import-upstream <checkout of TIO-IKIM/CLUE>

Exit code 0: done; 1: something is missing, refused or malformed; 130: stopped by Ctrl-C.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from clue.config import ROOT
from clue.data import fetch, status, upstream
from clue.data.building import build_medisumcode, build_medisumqa
from clue.errors import ClueError


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        "python -m clue.data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data",
        default=os.environ.get("CLUE_DATA", str(ROOT / "data")),
        help="folder of the data sets, or demo (default: CLUE_DATA, else data/)",
    )
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for name, module in (("status", status), ("fetch", fetch), ("import-upstream", upstream)):
        _add(commands, name, module, where)
    build = commands.add_parser("build", help="make what was never released from MIMIC-IV")
    sets = build.add_subparsers(metavar="DATASET", required=True)
    for name, module in (("medisumcode", build_medisumcode), ("medisumqa", build_medisumqa)):
        _add(sets, name, module, where)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ClueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    module: ModuleType,
    where: argparse.ArgumentParser,
) -> None:
    """A command is a module with `HELP`, `add(parser)` and `run(arguments) -> exit code`."""
    made = commands.add_parser(name, help=module.HELP, description=module.HELP, parents=[where])
    module.add(made)
    made.set_defaults(run=module.run)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m clue store prune`: what nobody reads any more.

Completions that `force=true` set aside, and parts of files whose writer died. What a cell or its
analysis needs is never among them.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import psutil

from clue.common.plural import counted
from clue.store.generations import generations

HELP = "remove what nobody reads: completions set aside, parts of files; only lists without --yes"

PART = re.compile(r"^\..+\.(?P<pid>\d+)$")
"""Name of a file that a process is writing: `.<name>.<pid>`."""
SET_ASIDE = "completions.*.jsonl"


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--yes", action="store_true", help="remove them")


def run(arguments: argparse.Namespace) -> int:
    """List or remove; prints paths and the bytes of all of them."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    found = sorted(superfluous(mlruns))
    size = sum(path.stat().st_size for path in found)
    for path in found:
        print(path)
        if arguments.yes:
            path.unlink()
    done = "removed" if arguments.yes else "could be removed with --yes"
    print(f"{counted(len(found), 'file')}, {size / 2**20:.1f} MiB {done}")
    return 0


def superfluous(mlruns: Path) -> Iterator[Path]:
    """Files of the cells that nothing reads.

    Raises:
        StoreError: there is no such store.
    """
    for generation in generations(mlruns):
        yield from generation.folder.glob(SET_ASIDE)
        for path in generation.folder.glob(".*"):
            part = PART.match(path.name)
            if part and not psutil.pid_exists(int(part["pid"])):
                yield path

"""`python -m clue store prune`: remove files that nothing reads.

These are completions and log-probabilities that `force=true` replaced, damaged ends of them that
were moved aside, and incomplete files whose writer died. Files that a cell or its analysis needs
are never removed.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import psutil

from clue.common.console import print_error, print_lines
from clue.common.paths import absolute_path
from clue.common.plural import counted
from clue.store.checked_lines import DAMAGED
from clue.store.generations import generations

PART = re.compile(r"^\..+\.(?P<pid>\d+)$")
"""Name of a file that a process is writing: `.<name>.<pid>`."""
REPLACED = ("completions*.*.jsonl", "likelihoods*.*.jsonl", f"*{DAMAGED}*")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--yes", action="store_true", help="remove the files")


def run(arguments: argparse.Namespace) -> int:
    """List or remove the files; prints their paths and total size; 1 if one stays."""
    mlruns = absolute_path(arguments.mlruns)
    unused, size, failed = 0, 0, 0
    for path in sorted(unused_files(mlruns)):
        try:
            bytes_of_file = path.stat().st_size
            if arguments.yes:
                path.unlink()
        except OSError as error:
            print_error(f"error: {path} was not removed: {error.strerror}")
            failed += 1
        else:
            print_lines(path)
            unused, size = unused + 1, size + bytes_of_file
    done = "removed" if arguments.yes else "could be removed with --yes"
    print_lines(f"{counted(unused, 'file')}, {size / 2**20:.1f} MiB {done}")
    return int(failed > 0)


def unused_files(mlruns: Path) -> Iterator[Path]:
    """Yields the files of the cells that nothing reads.

    Raises:
        StoreError: there is no such store.
    """
    for generation in generations(mlruns):
        for pattern in REPLACED:
            yield from generation.folder.glob(pattern)
        for path in generation.folder.glob(".*"):
            part = PART.match(path.name)
            if part and not psutil.pid_exists(int(part["pid"])):
                yield path

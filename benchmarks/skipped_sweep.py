"""CPU seconds of a sweep whose cells are all finished, so that every one is skipped.

    python -m benchmarks.skipped_sweep FOLDER [--models 40] [--limit 2]

It makes fake models on all tasks of the package's fictional data as `benchmarks.shards` does, runs
the sweep until all cells are finished, and then once more. The store in FOLDER is kept, so that a
second command measures only. Exit code 1: a cell was not skipped.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.shards import TASKS, Sweep, write_models
from clue.common.console import print_lines


def measured(command: list[str]) -> tuple[float, str]:
    """Runs a command; returns its CPU seconds, children included, and the last line it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, (output.stdout.splitlines() or [""])[-1]


def main() -> int:
    """Measure the sweep and print its CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--limit", type=int, default=2)
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    write_models(folder / "config" / "model", asked.models)
    command = Sweep(folder, asked.models, asked.limit, "mlruns").command()
    skipped = f"{asked.models * TASKS} skipped"
    seconds, last = measured(command)
    if last != skipped:
        print_lines(f"the first sweep took {seconds:.1f} CPU s: {last}")
        seconds, last = measured(command)
    alone, _ = measured([sys.executable, "-c", "import clue.launch.command"])
    print_lines(f"{last}: {seconds:.1f} CPU s, of which the imports of a command {alone:.1f} s")
    return int(last != skipped)


if __name__ == "__main__":
    sys.exit(main())

"""Measure all rates, print them, and put them into a document."""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.calibration.table import ITEMS, markdown, put


def main() -> int:
    """0 if every rate is within its bounds, 1 otherwise."""
    parser = argparse.ArgumentParser("python -m benchmarks.calibration")
    parser.add_argument("--write", type=Path, metavar="FILE", help="document with the two marks")
    chosen = parser.parse_args()
    rates = []
    for item in ITEMS:
        start = time.perf_counter()
        rates += item()
        seconds = time.perf_counter() - start
        print(f"{item.__module__}.{item.__name__}: {seconds:.1f} s", file=sys.stderr)
    table = markdown(rates)
    print(table)
    if chosen.write:
        put(chosen.write, table)
    outside = [one for one in rates if not one.holds]
    for one in outside:
        print(f"out of bounds: {one}", file=sys.stderr)
    return int(bool(outside))


if __name__ == "__main__":
    sys.exit(main())

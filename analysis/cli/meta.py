"""Meta-analysis of differences: pairs within families of base models, errors correlated.

    python -m analysis meta estimates.csv
    python -m analysis meta estimates.csv --covariance matrix.csv --json

The file is CSV with a header and the columns

    estimate   the difference of a pair, any unit
    variance   the square of its standard error; may be left out with --covariance
    family     optional: estimates of one family share a base model, its data or its error

With families the model has three levels (REML), the standard error is robust by family (CR2), and
its degrees of freedom are Satterthwaite's. Without, it has two, and DerSimonian-Laird and
Hartung-Knapp stand beside it. With fewer than 4 families, or fewer than 3 degrees of freedom, there
is no interval over families, only the mean of exactly these estimates.

The matrix is CSV: as many rows and columns as there are estimates, in the same order; a header row
and a first column of labels may be there.

Exit code 0: done, also where an interval is refused; 1: a file cannot be used.
"""

import argparse
import json
from pathlib import Path

from analysis.meta.console import lines
from analysis.meta.csv_input import read
from analysis.meta.document import document
from clue.common.cli import Command


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", type=Path, help="CSV file of estimates")
    parser.add_argument("--covariance", type=Path, help="CSV file of their error covariance")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    made = document(read(chosen.file, chosen.covariance))
    print(json.dumps(made, indent=1) if chosen.json else "\n".join(lines(made)))
    return 0


main = Command("clue meta", __doc__, add, run)

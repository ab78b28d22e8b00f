"""Meta-analysis of differences: pairs within families of base models, correlated errors.

    python -m analysis meta estimates.csv
    python -m analysis meta estimates.csv --covariance matrix.csv --json

The file is CSV with a header and the columns

    estimate   difference of a pair, in any unit
    variance   square of its standard error; optional with --covariance
    family     optional: estimates of one family share a base model, its data or its error
    recipe     optional, with family: the same training recipe on several families

With families the model has three levels (REML). The standard error is robust by family (CR2), and
its degrees of freedom are Satterthwaite's. With recipes families and recipes are crossed, and the
error is robust by the groups that share neither. Without families the model has two levels, and the
output also shows DerSimonian-Laird and Hartung-Knapp. With fewer than 4 families, or fewer than 3
degrees of freedom, there is no interval over families, only the mean of exactly these estimates.

The matrix is CSV with as many rows and columns as there are estimates, in the same order. A header
row and a first column of labels are optional.

Exit code 0: done, also if an interval is refused; 1: a file cannot be used.
"""

import argparse
import json
from pathlib import Path

from clue.common.cli import Command
from clue.common.console import print_lines, print_rows


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument("file", type=Path, help="CSV file of estimates")
    parser.add_argument("--covariance", type=Path, help="CSV file of their error covariance")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from analysis.meta.console import lines  # here: --help imports no SciPy
    from analysis.meta.csv_input import read
    from analysis.meta.meta_analysis import meta_analysis

    meta = meta_analysis(read(arguments.file, arguments.covariance))
    if arguments.json:
        print_lines(json.dumps(meta.as_dict(), indent=1))
    else:
        print_rows(lines(meta))
    return 0


main = Command("clue meta", __doc__, add, run)

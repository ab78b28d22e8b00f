"""`python -m clue data build medisumcode`: draw letters from MIMIC-IV and code them."""

import argparse
from collections import Counter
from pathlib import Path

from clue.data.locate import data_root, locate
from clue.data.mimic.medisumcode import Choice, build
from clue.data.mimic.output import count, destination, write
from clue.data.registry import DATASETS

HELP = "build MeDiSumCode from MIMIC-IV: discharge letters with their ICD-10-CM codes"


def add(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--out", type=Path, help="file to write (default: <data>/medisumcode/MeDiSumCode.json)"
    )
    parser.add_argument("--size", type=count, default=500, help="letters to draw (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: 1)")
    parser.add_argument(
        "--icd9",
        choices=("exclude", "map"),
        default="exclude",
        help="admissions with ICD-9 codes: leave them out (default), or map and mark them",
    )
    parser.add_argument(
        "--several-per-patient",
        action="store_true",
        help="draw letters, not patients with one letter of each",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the file; prints what was counted, and no text.

    Raises:
        ClueError: MIMIC-IV is missing or malformed, the file exists or cannot be written.
    """
    root = data_root(arguments.data)
    out = destination(arguments.out, root, "medisumcode")
    notes, diagnoses = (locate(DATASETS["mimic"], name, root) for name in ("notes", "diagnoses"))
    choice = Choice(
        arguments.size, arguments.seed, arguments.icd9 == "map", arguments.several_per_patient
    )
    counts: Counter[str] = Counter()
    rows = build(notes, diagnoses, choice, counts)
    print(write(out, rows, choice.size, counts))
    return 0

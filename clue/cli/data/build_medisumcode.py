"""`python -m clue data build medisumcode`: draws letters from MIMIC-IV and adds their codes."""

import argparse
from collections import Counter
from pathlib import Path

from clue.common.console import print_lines
from clue.data.locate import data_root, locate
from clue.data.mimic.medisumcode import LetterSelection, build
from clue.data.mimic.output import destination, positive_integer, write_dataset
from clue.data.registry import DATASETS


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument(
        "--out", type=Path, help="file to write (default: <data>/medisumcode/MeDiSumCode.json)"
    )
    parser.add_argument(
        "--size", type=positive_integer, default=500, help="letters to draw (default: 500)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw (default: 1)")
    parser.add_argument(
        "--icd9",
        choices=("exclude", "map"),
        default="exclude",
        help="exclude admissions with ICD-9 codes (default), or map their codes and mark them",
    )
    parser.add_argument(
        "--several-per-patient",
        action="store_true",
        help="draw letters; the default draws patients and one letter of each",
    )


def run(arguments: argparse.Namespace) -> int:
    """Builds the file; prints counts, and no clinical text.

    Raises:
        ClueError: MIMIC-IV is missing or malformed, the file exists or cannot be written.
    """
    root = data_root(arguments.data)
    out = destination(arguments.out, root, "medisumcode")
    notes, diagnoses = (locate(DATASETS["mimic"], name, root) for name in ("notes", "diagnoses"))
    selection = LetterSelection(
        arguments.size, arguments.seed, arguments.icd9 == "map", arguments.several_per_patient
    )
    counts: Counter[str] = Counter()
    rows = build(notes, diagnoses, selection, counts)
    print_lines(write_dataset(out, rows, selection.size, counts))
    return 0

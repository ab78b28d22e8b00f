"""Invented rows of MIMIC-IV's two tables, and runs of the build commands on them."""

import argparse
import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

INSTRUCTIONS = (
    "You came to us because your knee was swollen. "
    "Take the white tablet every morning with water. "
    "You must not drive a car for two weeks. "
    "Call us if a fever comes back at night. "
    "The stitches are taken out next Monday."
)
Row = Mapping[str, Any]


def note(hadm_id: int, subject_id: int | None = None, **other: Any) -> dict[str, Any]:
    """A row of `discharge.csv`; each admission has its own patient unless one is given."""
    subject = subject_id or hadm_id + 1000
    return {
        "note_id": f"{subject}-DS-{hadm_id}",
        "subject_id": subject,
        "hadm_id": hadm_id,
        "note_type": "DS",
        "text": f"Letter {hadm_id}.\nDischarge Instructions:\n{INSTRUCTIONS}\n",
    } | other


def diagnosis(hadm_id: int, code: str = "I10", number: int = 1, **other: Any) -> dict[str, Any]:
    """A row of `diagnoses_icd.csv`, for the same patient as `note` has."""
    return {
        "subject_id": hadm_id + 1000,
        "hadm_id": hadm_id,
        "seq_num": number,
        "icd_code": code,
        "icd_version": 10,
    } | other


def folder(data: Path, notes: Sequence[Row], diagnoses: Sequence[Row] = ()) -> Path:
    """A data folder with the tables, gzipped as the official ones."""
    tables = data / "mimic"
    tables.mkdir(parents=True, exist_ok=True)
    packed(tables / "discharge.csv.gz", notes)
    packed(tables / "diagnoses_icd.csv.gz", diagnoses or [diagnosis(1)])
    return data


def packed(path: Path, rows: Sequence[Row]) -> Path:
    """A gzipped table, its columns those of the first row."""
    path.write_bytes(gzip.compress("".join(lines(rows)).encode(), compresslevel=1))
    return path


def lines(rows: Sequence[Row]) -> Iterable[str]:
    """The table's lines, the header first."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return [text.getvalue()]


def build(module: ModuleType, data: Path | str, *arguments: str) -> int:
    """A build command as `python -m clue data build` runs it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    module.add(parser)
    code: int = module.run(parser.parse_args(["--data", str(data), *arguments]))
    return code

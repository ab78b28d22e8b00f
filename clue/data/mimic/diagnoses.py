"""MIMIC-IV's table of diagnoses, stored as numbers: 4.76 million rows in some 200 MB."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from clue import icd
from clue.data.mimic import tables
from clue.errors import DataError

COLUMNS = ("subject_id", "hadm_id", "seq_num", "icd_code", "icd_version")
VERSIONS = ("9", "10")


@dataclass(frozen=True, slots=True)
class Admission:
    """Codes of a hospital stay (`hadm_id`)."""

    subject_id: int
    pairs: "array[int]"
    """`seq_num` and the code's index in `Diagnoses.codes`, alternating."""

    @property
    def code_indices(self) -> "array[int]":
        """Indices of its codes, in the order of the rows."""
        return self.pairs[1::2]


@dataclass(frozen=True)
class Diagnoses:
    """Table of diagnoses that stores each distinct code once."""

    codes: list[tuple[str, str]] = field(default_factory=list)
    """Distinct codes (capitals, no dot) with their ICD version."""
    uses: list[int] = field(default_factory=list)
    """Number of rows of each code."""
    admissions: dict[int, Admission] = field(default_factory=dict)


def read_diagnoses(path: Path, counts: Counter[str]) -> Diagnoses:
    """Reads the table `diagnoses_icd.csv.gz`, its rows in any order.

    Raises:
        DataError: a column is missing, a cell is empty or no number, a version is neither 9 nor
            10, an admission has two patients, the file is cut short.
    """
    table = Diagnoses()
    indices: dict[tuple[str, str], int] = {}
    with tables.open_table(path, COLUMNS) as rows:
        for number, row in rows:
            where, version = (path, number), row["icd_version"]
            if version not in VERSIONS:
                raise DataError(f"{path}: row {number}, field icd_version is neither 9 nor 10")
            code = icd.bare(row["icd_code"]), version
            index = indices.setdefault(code, len(indices))
            if index == len(table.codes):
                table.codes.append(code)
                table.uses.append(0)
            table.uses[index] += 1
            admission = _admission(table, row, where)
            admission.pairs.extend((tables.integer(row, "seq_num", where), index))
    counts["diagnoses read"] = sum(table.uses)
    counts["admissions with diagnoses"] = len(table.admissions)
    return table


def _admission(table: Diagnoses, row: dict[str, str], where: tuple[Path, int]) -> Admission:
    patient, hadm_id = (tables.integer(row, name, where) for name in ("subject_id", "hadm_id"))
    admission = table.admissions.get(hadm_id)
    if admission is None:
        admission = table.admissions[hadm_id] = Admission(patient, array("I"))
    if admission.subject_id != patient:
        path, number = where
        raise DataError(f"{path}: row {number}: its hadm_id has another subject_id in a row before")
    return admission

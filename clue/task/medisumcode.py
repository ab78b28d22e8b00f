"""MeDiSumCode: the ICD-10-CM codes of a hospital stay from its discharge summary.

Dada et al. 2025, section 3; built from MIMIC-IV by `python -m clue data build medisumcode`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue import icd
from clue.data.left_out import LeftOut, Samples
from clue.data.readers import json_objects, raw_text, required_text, unique_samples
from clue.errors import DataError
from clue.records import Sample
from clue.task.answers.answer_text import answer_texts
from clue.task.answers.characters import latin_capitals

DATASET = "medisumcode"
SEPARATOR = ", "
VERSIONS = {"read": 1, "parse": 2, "parse_upstream": 1, "answer_flags": 2, "icd": icd.VERSION}
"""Version of each function that reads data or answers; part of the id of every cell."""

_UPSTREAM = re.compile(r"\b[A-TV-Z][0-9]{2}(?:\.?[0-9A-Z]{1,4})?\b")


def read(path: Path) -> Samples:
    """Reads the samples of the file; `hadm_id` is the id, a patient's letters form a cluster.

    Stays with an empty list of codes are left out and counted.

    Raises:
        DataError: the file is no array of objects, a field is missing or empty, a code has another
            form or occurs twice, an admission occurs twice.
    """
    left_out = LeftOut()
    return unique_samples(path, _samples(path, left_out), left_out=left_out)


def parse(text: str, sample: Sample) -> str | None:
    """Returns the distinct codes of the answer by `clue.icd.codes`; None if there are none.

    >>> parse("i10 and E119 (vitamin B12)", Sample("1", {}, "I10", "1"))
    'I10, E11.9'
    """
    return SEPARATOR.join(_answered(text)) or None


def parse_upstream(text: str, sample: Sample) -> str | None:
    """Returns codes by the authors' rule: capitals, no U codes, digits in third place, repeats.

    >>> parse_upstream("I10, E11.9, i10, I10", Sample("1", {}, "I10", "1"))
    'I10, E119, I10'
    """
    return SEPARATOR.join(code.replace(".", "") for code in _UPSTREAM.findall(text)) or None


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: only codes and commas; and `icd_counting`: the codes count up."""
    items = [item.strip() for item in text.strip().split(",")]
    return {
        "format_followed": all(map(icd.is_code, items)),
        "icd_counting": icd.is_counting(_answered(text)),
    }


def _answered(text: str) -> list[str]:
    part = next(iter(answer_texts(text, one_choice=False)), "")
    return icd.codes(latin_capitals(part))


def _samples(path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
    for number, row in json_objects(path):
        where = f"{path}: row {number}"
        if row.get("icd_codes") == []:
            left_out.add(f"row {number}", "without a reference")
            continue
        admission = required_text(row, "hadm_id", where)
        patient = required_text(row, "subject_id", where) if "subject_id" in row else admission
        yield (
            number,
            Sample(
                id=admission,
                fields={"discharge_summary": raw_text(row, "text", where)},
                target=SEPARATOR.join(_codes(row, where)),
                cluster=patient,
            ),
        )


def _codes(row: Mapping[str, Any], where: str) -> list[str]:
    entries = row.get("icd_codes")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{where}, field icd_codes contains no list of codes")
    codes: list[str] = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise DataError(f"{where}, field icd_codes: an entry is no JSON object")
        code = required_text(entry, "code", f"{where}, icd_codes")
        if not icd.is_code(code):
            form = "".join(map(_form, code[:10]))
            raise DataError(f"{where}, icd_codes: no ICD-10-CM code is of the form {form!r}")
        if icd.dotted(code) in codes:
            first = codes.index(icd.dotted(code)) + 1
            raise DataError(f"{where}, icd_codes: entry {first} occurs again later")
        codes.append(icd.dotted(code))
    return codes


def _form(letter: str) -> str:
    """Returns the kind of a character: a message shows no diagnosis."""
    if letter.isalpha():
        return "A"
    return "9" if letter.isdigit() else letter if letter in ".-/ " else "?"

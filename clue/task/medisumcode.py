"""MeDiSumCode: the ICD-10-CM codes of a hospital stay from its discharge summary.

Dada et al. 2025, section 3; built from MIMIC-IV by `python -m clue data build medisumcode`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue import icd
from clue.data.readers import filled, json_objects, unique
from clue.errors import DataError
from clue.icd import counts_codes
from clue.records import Sample

DATASET = "medisumcode"
SEPARATOR = ", "
VERSIONS = {"read": 1, "parse": 1, "parse_upstream": 1, "behaviour": 1, "icd": icd.VERSION}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""

_UPSTREAM = re.compile(r"\b[A-TV-Z][0-9]{2}(?:\.?[0-9A-Z]{1,4})?\b")


def read(path: Path) -> list[Sample]:
    """Samples of the file; `hadm_id` is the id, the letters of one patient form a cluster.

    Raises:
        DataError: no array of objects, a field is missing or empty, a code is none by its form or
            stands twice, an admission stands twice.
    """
    return unique(path, _samples(path))


def parse(text: str, sample: Sample) -> str | None:
    """The codes of the text, each once, as `clue.icd.codes` finds them; None for none."""
    return SEPARATOR.join(icd.codes(text)) or None


def parse_upstream(text: str, sample: Sample) -> str | None:
    """The authors' rule: capitals only, no U codes, no letter in third place, repeats kept."""
    return SEPARATOR.join(found.replace(".", "") for found in _UPSTREAM.findall(text)) or None


def behaviour(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Whether the text is codes and commas only, and whether it counts through the codes."""
    items = [item.strip() for item in text.strip().split(",")]
    return {
        "format_followed": all(map(icd.is_code, items)),
        "icd_counting": counts_codes(icd.codes(text)),
    }


def _samples(path: Path) -> Iterator[tuple[int, Sample]]:
    for number, row in json_objects(path):
        where = f"{path}: row {number}"
        admission = filled(row, "hadm_id", where)
        patient = filled(row, "subject_id", where) if "subject_id" in row else admission
        yield (
            number,
            Sample(
                id=admission,
                fields={"discharge_summary": filled(row, "text", where)},
                target=SEPARATOR.join(_codes(row, where)),
                cluster=patient,
            ),
        )


def _codes(row: Mapping[str, Any], where: str) -> list[str]:
    entries = row.get("icd_codes")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{where}, field icd_codes holds no list of codes")
    found: list[str] = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise DataError(f"{where}, field icd_codes: an entry is no JSON object")
        code = filled(entry, "code", f"{where}, icd_codes")
        if not icd.is_code(code):
            form = re.sub("[A-Za-z]", "A", re.sub("[0-9]", "9", code[:10]))  # no one's diagnosis
            raise DataError(f"{where}, icd_codes: no ICD-10-CM code is of the form {form!r}")
        if icd.dotted(code) in found:
            place = found.index(icd.dotted(code)) + 1
            raise DataError(f"{where}, icd_codes: entry {place} stands again later")
        found.append(icd.dotted(code))
    return found

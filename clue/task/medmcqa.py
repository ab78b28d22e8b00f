"""MedMCQA: questions of Indian medical entrance exams, four options; the validation split.

Pal et al., CHIL 2022, PMLR 174. The test split has no published keys, so everybody reports the
validation split. Questions of `choice_type` "multi" have one key too.

The field `cop`, the right option, counts from 0 in the copy on the Hub and from 1 in the authors'
archive, and both have the same names. A file with a 0 counts from 0, one with a 4 from 1; a file
with neither or with both is refused, since a wrong guess would make every key another option.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import is_empty, json_lines, required_text, unique_samples
from clue.data.table_file import parquet_rows
from clue.errors import DataError
from clue.records import Sample
from clue.task import duplicates, multiple_choice
from clue.task.multiple_choice import LETTERS, answer_flags, choices, parse

__all__ = ["DATASET", "VERSIONS", "answer_flags", "choices", "parse", "read"]

DATASET = "medmcqa"
OPTIONS = {letter: f"op{letter.lower()}" for letter in LETTERS}
"""Field of each option's text."""
COLUMNS = ("id", "question", *OPTIONS.values(), "cop", "subject_name")
WITHHELD = -1
"""`cop` of a question whose key is not published."""
VERSIONS = {"read": 1, **multiple_choice.VERSIONS}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the samples of the Parquet file of the Hub, or of JSON lines with the same fields.

    Questions without a key, without a question or with a blank option are left out and counted.
    Questions with the same words form a cluster; `subject` is a field.

    Raises:
        DataError: a field is missing or of another type, `cop` is no option, or the file does not
            tell if `cop` counts from 0 or from 1; an id occurs twice.
    """
    rows = list(parquet_rows(path, COLUMNS) if path.suffix == ".parquet" else json_lines(path))
    first = _first_option(path, {_key(row, f"{path}: row {number}") for number, row in rows})
    left_out = LeftOut()
    samples = unique_samples(path, _samples(path, rows, first, left_out), left_out=left_out)
    texts = [f"{sample.fields['question']}\n{sample.fields['options']}" for sample in samples]
    return duplicates.clustered(
        samples, duplicates.verbatim([sample.id for sample in samples], texts)
    )


def _samples(
    path: Path, rows: Sequence[tuple[int, Mapping[str, Any]]], first: int, left_out: LeftOut
) -> Iterator[tuple[int, Sample]]:
    for number, row in rows:
        where = f"{path}: row {number}"
        name = required_text(row, "id", where)
        reason = _reason(row, where)
        if reason:
            left_out.add(f"row {number}", reason)
            continue
        texts = {letter: required_text(row, field, where) for letter, field in OPTIONS.items()}
        question = required_text(row, "question", where)
        subject = required_text(row, "subject_name", where)
        fields = multiple_choice.exam_fields(question, texts, subject=subject)
        yield number, Sample(name, fields, LETTERS[_key(row, where) - first], cluster=name)


def _reason(row: Mapping[str, Any], where: str) -> str | None:
    """Reason to leave a row out."""
    missing = [name for name in COLUMNS if name not in row]
    if missing:
        raise DataError(f"{where}: no field {missing[0]}")
    if row["cop"] == WITHHELD:
        return "without a reference"
    if is_empty(row["question"]):
        return "without a question"
    return "with a blank option" if any(is_empty(row[name]) for name in OPTIONS.values()) else None


def _key(row: Mapping[str, Any], where: str) -> int:
    key = row.get("cop")
    if isinstance(key, bool) or not isinstance(key, int) or key not in range(WITHHELD, 5):
        raise DataError(f"{where}, field cop is no number from {WITHHELD} to 4")
    return key


def _first_option(path: Path, keys: Collection[int]) -> int:
    """Returns the `cop` of option A: 0 or 1."""
    zero, four = 0 in keys, len(LETTERS) in keys
    if zero == four and set(keys) != {WITHHELD}:
        present = "both 0 and 4" if zero else "neither 0 nor 4"
        raise DataError(
            f"{path}: the field cop has {present}, so it is unknown if it counts the options from "
            "0 or from 1; use the complete file of the release"
        )
    return int(four)

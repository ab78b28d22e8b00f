"""Problem Summary: list the problems of a patient from a progress note.

Gao et al., BioNLP 2023, task 1A, 2023.bionlp-1.43.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import csv_header, required_text, unique_samples
from clue.data.usable_rows import usable_rows
from clue.records import Sample, sha256
from clue.task.answers.thoughts import free_text

DATASET = "problem_summary"
SUBJECTIVE = ("Subjectives", "Subjective Sections")
"""The column's name in the test and in the train file."""
VERSIONS = {"read": 1, "parse": 2, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the samples of the official CSV file.

    `File ID` is the id. Rows that share one form a cluster, and a digest of the input is added to
    their ids. One of the two inputs may be empty. Rows without a reference or without any input are
    left out, blank rows are ignored; both are counted.

    Raises:
        DataError: a column or an id is missing, a row occurs twice.
    """
    left_out = LeftOut()
    rows = list(_rows(path, left_out))
    shared = Counter(note for _, note, _, _ in rows)
    return unique_samples(
        path,
        (
            (
                number,
                Sample(
                    id=note if shared[note] == 1 else f"{note}:{_digest(fields)}",
                    fields=fields,
                    target=target,
                    cluster=note,
                ),
            )
            for number, note, fields, target in rows
        ),
        left_out=left_out,
    )


def parse(text: str, sample: Sample) -> str | None:
    """Returns the text without thoughts as the answer; None if it is blank.

    >>> parse("  Sepsis; pneumonia ", Sample("1", {}, "", "1"))
    'Sepsis; pneumonia'
    """
    return free_text(text)


def reference_upstream(sample: Sample) -> str:
    """Returns the reference that the authors' code scores against: a comma for each semicolon.

    >>> reference_upstream(Sample("1", {}, "Sepsis; fever;rash", "1"))
    'Sepsis,  fever, rash'
    """
    return sample.target.replace(";", ", ")


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is one line without a number or bullet at its start."""
    listed = answer is not None and bool(re.fullmatch(r"(?![-*•]|\d+[.)])[^\n]+", answer))
    return {"format_followed": listed}


def _digest(fields: Mapping[str, str]) -> str:
    return sha256({name: text.strip() for name, text in fields.items()})[:8]


def _rows(path: Path, left_out: LeftOut) -> Iterator[tuple[int, str, dict[str, str], str]]:
    subjective = next((name for name in SUBJECTIVE if name in csv_header(path)), SUBJECTIVE[0])
    columns, inputs = ("File ID", subjective, "Assessment", "Summary"), (subjective, "Assessment")
    rows = usable_rows(path, columns, left_out, inputs=inputs, reference="Summary")
    for number, row in rows:
        fields = {"subjective": row[subjective], "assessment": row["Assessment"]}
        name = required_text(row, "File ID", f"{path}: row {number}")
        yield number, name, fields, row["Summary"]

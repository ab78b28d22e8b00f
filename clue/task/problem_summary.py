"""Problem Summary: list the problems of a patient from a progress note.

Gao et al., BioNLP 2023, task 1A, 2023.bionlp-1.43.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from clue.data.readers import csv_header, csv_rows, unique_samples
from clue.records import Sample, sha256
from clue.task.answers.thoughts import without_thought

DATASET = "problem_summary"
SUBJECTIVE = ("Subjectives", "Subjective Sections")
"""The column's name in the test and in the train file."""
VERSIONS = {"read": 1, "parse": 2, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> list[Sample]:
    """Reads the samples of the official CSV file.

    `File ID` is the id. Rows that share one form a cluster, and a digest of the input is added to
    their ids.

    Raises:
        DataError: a column is missing, a cell is empty, a row occurs twice.
    """
    rows = list(_rows(path))
    shared = Counter(note for _, note, _, _ in rows)
    return unique_samples(
        path,
        (
            (
                number,
                Sample(
                    id=note if shared[note] == 1 else f"{note}:{sha256(fields)[:8]}",
                    fields=fields,
                    target=target,
                    cluster=note,
                ),
            )
            for number, note, fields, target in rows
        ),
    )


def parse(text: str, sample: Sample) -> str | None:
    """Returns the text without thoughts as the answer; None if it is blank.

    >>> parse("  Sepsis; pneumonia ", Sample("1", {}, "", "1"))
    'Sepsis; pneumonia'
    """
    return without_thought(text).strip() or None


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is one line without a number or bullet at its start."""
    listed = answer is not None and bool(re.fullmatch(r"(?![-*•]|\d+[.)])[^\n]+", answer))
    return {"format_followed": listed}


def _rows(path: Path) -> Iterator[tuple[int, str, dict[str, str], str]]:
    subjective = next((name for name in SUBJECTIVE if name in csv_header(path)), SUBJECTIVE[0])
    for number, row in csv_rows(path, ("File ID", subjective, "Assessment", "Summary")):
        fields = {"subjective": row[subjective], "assessment": row["Assessment"]}
        yield number, row["File ID"], fields, row["Summary"]

"""Problem Summary: list the problems of a patient from a progress note.

Gao et al., BioNLP 2023, task 1A, 2023.bionlp-1.43.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from clue.data.readers import columns, csv_rows, unique
from clue.records import Sample, sha256

DATASET = "problem_summary"
SUBJECTIVE = ("Subjectives", "Subjective Sections")
"""The column's name in the test and in the train file."""
VERSIONS = {"read": 1, "parse": 1, "behaviour": 1}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""


def read(path: Path) -> list[Sample]:
    """Samples of the official CSV file.

    `File ID` is the id; where several rows share one, a digest of the input is added to tell them
    apart, and they form a cluster.

    Raises:
        DataError: a column is missing, a cell empty, a row stands twice.
    """
    rows = list(_rows(path))
    shared = Counter(note for _, note, _, _ in rows)
    return unique(
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
    """The answer is the whole text; None where there is none."""
    return text.strip() or None


def behaviour(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Whether the text is a list in one line, without numbers or bullets."""
    listed = answer is not None and bool(re.fullmatch(r"(?![-*•]|\d+[.)])[^\n]+", answer))
    return {"format_followed": listed}


def _rows(path: Path) -> Iterator[tuple[int, str, dict[str, str], str]]:
    subjective = next((name for name in SUBJECTIVE if name in columns(path)), SUBJECTIVE[0])
    for number, row in csv_rows(path, ("File ID", subjective, "Assessment", "Summary")):
        fields = {"subjective": row[subjective], "assessment": row["Assessment"]}
        yield number, row["File ID"], fields, row["Summary"]

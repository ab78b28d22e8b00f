"""ACI-BENCH: the complete note of a visit from the dialogue of doctor and patient.

Yim et al. 2023, Scientific Data 10:586, arXiv 2306.02022. The three test sets of 40 visits are
asked together.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import required_text, unique_samples
from clue.data.usable_rows import unix_lines, usable_rows
from clue.records import Sample
from clue.task.answers.thoughts import free_text

DATASET = "aci_bench"
COLUMNS = ("dataset", "encounter_id", "dialogue", "note")
VERSIONS = {"read": 1, "parse": 1, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""

_HEADING = re.compile(r"^[ \t#*]*([A-Z][A-Z ]{1,40}[A-Z])[ \t*]*:?[ \t*]*$", re.MULTILINE)


def read(path: Path) -> Samples:
    """Reads the samples of an official CSV file; `encounter_id` is the id, an encounter a cluster.

    Rows without a note or a dialogue are left out, blank rows are ignored; both are counted.

    Raises:
        DataError: a column or an id is missing, an id occurs twice.
    """
    left_out = LeftOut()
    return unique_samples(path, _samples(path, left_out), "encounter_id", left_out)


def parse(text: str, sample: Sample) -> str | None:
    r"""Returns the text without thoughts as the answer; None if it is blank.

    >>> parse(" ASSESSMENT\n\nGout. ", Sample("1", {}, "", "1"))
    'ASSESSMENT\n\nGout.'
    """
    return free_text(text)


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: at least two lines of the answer are headings in capitals."""
    headings = set(_HEADING.findall(answer or ""))
    return {"format_followed": len(headings) > 1}


def _samples(path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
    rows = usable_rows(path, COLUMNS, left_out, inputs=("dialogue",), reference="note")
    for number, row in rows:
        name = required_text(row, "encounter_id", f"{path}: row {number}")
        yield (
            number,
            Sample(
                id=name,
                fields={"dialogue": unix_lines(row["dialogue"])},
                target=unix_lines(row["note"]),
                cluster=name,
            ),
        )

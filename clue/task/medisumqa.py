"""MeDiSumQA: answer a patient's question from the discharge summary, in plain words.

Dada et al. 2025, section 3; released on PhysioNet.
"""

from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import is_empty, json_objects, raw_text, required_text, unique_samples
from clue.records import Sample, sha256
from clue.task.answers.thoughts import free_text

DATASET = "medisumqa"
VERSIONS = {"read": 1, "parse": 2}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the samples of the official JSON array.

    A letter has several questions: the id is `note_id` with a digest of the question, and the
    questions of one letter form a cluster. Questions without an answer are left out and counted.

    Raises:
        DataError: the file is no array of objects, another field is missing or empty, a question
            occurs twice.
    """
    left_out = LeftOut()
    return unique_samples(path, _samples(path, left_out), left_out=left_out)


def parse(text: str, sample: Sample) -> str | None:
    """Returns the text without thoughts as the answer; None if it is blank.

    >>> parse("  Take the tablet daily. ", Sample("1", {}, "", "1"))
    'Take the tablet daily.'
    """
    return free_text(text)


def _samples(path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
    for number, row in json_objects(path):
        where = f"{path}: row {number}"
        note, question = required_text(row, "note_id", where), raw_text(row, "Question", where)
        letter = raw_text(row, "discharge_summary", where)
        if "Answer" in row and is_empty(row["Answer"]):
            left_out.add(f"row {number}", "without a reference")
            continue
        yield (
            number,
            Sample(
                id=f"{note}:{sha256(question.strip())[:8]}",
                fields={"discharge_summary": letter, "question": question},
                target=raw_text(row, "Answer", where),
                cluster=note,
            ),
        )

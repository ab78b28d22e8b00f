"""MeDiSumQA: answer a patient's question from the discharge summary, in plain words.

Dada et al. 2025, section 3; released on PhysioNet.
"""

from collections.abc import Iterator
from pathlib import Path

from clue.data.readers import filled, json_objects, unique
from clue.records import Sample, sha256

DATASET = "medisumqa"
VERSIONS = {"read": 1, "parse": 1}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""


def read(path: Path) -> list[Sample]:
    """Samples of the official JSON array.

    A letter has several questions: the id is `note_id` with a digest of the question, and the
    questions of one letter form a cluster.

    Raises:
        DataError: no array of objects, a field is missing or empty, a question stands twice.
    """
    return unique(path, _samples(path))


def parse(text: str, sample: Sample) -> str | None:
    """The answer is the whole text; None where there is none."""
    return text.strip() or None


def _samples(path: Path) -> Iterator[tuple[int, Sample]]:
    for number, row in json_objects(path):
        where = f"{path}: row {number}"
        note, question = filled(row, "note_id", where), filled(row, "Question", where)
        letter = filled(row, "discharge_summary", where)
        yield (
            number,
            Sample(
                id=f"{note}:{sha256(question)[:8]}",
                fields={"discharge_summary": letter, "question": question},
                target=filled(row, "Answer", where),
                cluster=note,
            ),
        )

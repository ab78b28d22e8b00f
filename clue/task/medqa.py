"""MedQA: questions of the United States medical licensing exam, four options.

Jin et al. 2021, Applied Sciences 11(14):6421 (arXiv 2009.13081). Versions of one vignette with
different questions are in the file, so near-duplicates form a cluster (`clue.task.duplicates`).
"""

from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import Samples
from clue.data.readers import json_lines, required_text, unique_samples
from clue.errors import DataError
from clue.records import Sample
from clue.task import duplicates, multiple_choice
from clue.task.multiple_choice import answer_flags, choices, parse

__all__ = ["DATASET", "VERSIONS", "answer_flags", "choices", "parse", "read"]

DATASET = "medqa"
STEPS = ("step1", "step2&3")
"""Steps of the exam, in `meta_info`."""
VERSIONS = {"read": 1, **multiple_choice.VERSIONS}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the samples of the JSON lines, as the authors or a redistributor release them.

    The id is the number of the item from 0, which the redistributor writes as `realidx`.

    Raises:
        DataError: a field is missing or empty, the options are not four different texts A to D, the
            key is no option, the step unknown, an id occurs twice.
    """
    samples = unique_samples(path, _samples(path))
    names = [sample.id for sample in samples]
    clusters = duplicates.near(names, [sample.fields["question"] for sample in samples])
    return duplicates.clustered(samples, clusters)


def _samples(path: Path) -> Iterator[tuple[int, Sample]]:
    for item, (number, row) in enumerate(json_lines(path)):
        where = f"{path}: row {number}"
        texts = multiple_choice.option_texts(row, where)
        if required_text(row, "meta_info", where) not in STEPS:
            raise DataError(f"{where}, field meta_info is none of {', '.join(STEPS)}")
        name = required_text(row, "realidx", where) if "realidx" in row else str(item)
        fields = multiple_choice.exam_fields(required_text(row, "question", where), texts)
        target = multiple_choice.right_letter(row, texts, where)
        yield number, Sample(name, fields, target, cluster=name)

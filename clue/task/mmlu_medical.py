"""MMLU, medical subjects: six of its 57 subjects, four options.

Hendrycks et al., ICLR 2021 (arXiv 2009.03300). Three forms are read: the original CSV files, one
per subject and without a header; the Parquet file of all subjects that the authors' organisation
publishes; and JSON lines of the six subjects, which `clue data fetch` gets. The id is the subject
with the number of the item in it, in every form.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clue.data.left_out import Samples
from clue.data.readers import headless_rows, json_lines, required_text, unique_samples
from clue.data.table_file import parquet_rows
from clue.errors import DataError, DataMissing
from clue.records import Sample
from clue.task import duplicates, multiple_choice
from clue.task.multiple_choice import LETTERS, answer_flags, choices, parse

__all__ = ["DATASET", "VERSIONS", "answer_flags", "choices", "files", "parse", "read"]

DATASET = "mmlu_medical"
SUBJECTS = (
    *("anatomy", "clinical_knowledge", "college_biology"),
    *("college_medicine", "medical_genetics", "professional_medicine"),
)
VERSIONS = {"read": 1, **multiple_choice.VERSIONS}
"""Version of each function that reads data or answers; part of the id of every cell."""


@dataclass(frozen=True)
class _Item:
    """A question of any form."""

    subject: str
    question: str
    texts: Mapping[str, str]
    target: str


def files(path: Path) -> tuple[Path, ...]:
    """Returns the files that `read` reads: of a CSV file of one subject those of all six.

    Raises:
        DataError: the name begins with none of the subjects, or a file of another one is missing.
    """
    if path.suffix != ".csv":
        return (path,)
    subject = next((name for name in SUBJECTS if path.name.startswith(f"{name}_")), None)
    if subject is None:
        raise DataError(f"{path}: its name begins with none of {', '.join(SUBJECTS)}")
    ending = path.name.removeprefix(subject)
    paths = tuple(path.with_name(f"{name}{ending}") for name in SUBJECTS)
    missing = [other.name for other in paths if not other.is_file()]
    if missing:
        raise DataMissing(f"{path}: beside it {', '.join(missing)} is missing")
    return paths


def read(path: Path) -> Samples:
    """Reads the samples of the six subjects; `subject` is a field.

    Some questions stand in two subjects word for word: they form a cluster.

    Raises:
        DataError: a field is missing or empty, a subject of JSON lines is none of the six, the
            options are not four different texts, or the key is no option.
    """
    samples = unique_samples(path, _samples(path))
    names = [sample.id for sample in samples]
    texts = [f"{sample.fields['question']}\n{sample.fields['options']}" for sample in samples]
    clusters = duplicates.verbatim(names, texts)
    return duplicates.clustered(samples, clusters)


def _samples(path: Path) -> Iterator[tuple[int, Sample]]:
    forms = {".csv": _csv_items, ".parquet": _parquet_items}
    counts: Counter[str] = Counter()
    for number, item in forms.get(path.suffix, _json_items)(path):
        name = f"{item.subject}/{counts[item.subject]}"
        counts[item.subject] += 1
        fields = multiple_choice.exam_fields(item.question, item.texts, subject=item.subject)
        yield number, Sample(name, fields, item.target, cluster=name)


def _json_items(path: Path) -> Iterator[tuple[int, _Item]]:
    for number, row in json_lines(path):
        where = f"{path}: row {number}"
        subject = required_text(row, "subject", where)
        if subject not in SUBJECTS:
            raise DataError(f"{where}, field subject is none of {', '.join(SUBJECTS)}")
        texts = multiple_choice.option_texts(row, where)
        target = multiple_choice.right_letter(row, texts, where)
        yield number, _Item(subject, required_text(row, "question", where), texts, target)


def _parquet_items(path: Path) -> Iterator[tuple[int, _Item]]:
    """Yields the rows of the six subjects; `answer` is the index of the option."""
    columns = ("question", "subject", "choices", "answer")
    for number, row in parquet_rows(path, columns, lists=("choices",)):
        where = f"{path}: row {number}"
        if row["subject"] in SUBJECTS:
            listed = row["choices"]
            if not isinstance(listed, list) or len(listed) != len(LETTERS):
                raise DataError(f"{where}, column choices has not {len(LETTERS)} texts")
            if row["answer"] not in range(len(LETTERS)):
                raise DataError(f"{where}, column answer is no index from 0 to {len(LETTERS) - 1}")
            options = dict(zip(LETTERS, listed, strict=True))
            yield number, _of_texts(row["subject"], row, options, LETTERS[row["answer"]], where)


def _csv_items(path: Path) -> Iterator[tuple[int, _Item]]:
    """Yields the rows of six files: question, four options, letter."""
    number = 0
    for subject, file in zip(SUBJECTS, files(path), strict=True):
        for line, cells in headless_rows(file, len(LETTERS) + 2):
            number += 1
            where = f"{file}: row {line}"
            if cells[-1] not in LETTERS:
                raise DataError(f"{where}: its last cell is none of {', '.join(LETTERS)}")
            options = dict(zip(LETTERS, cells[1:-1], strict=True))
            yield number, _of_texts(subject, {"question": cells[0]}, options, cells[-1], where)


def _of_texts(
    subject: str, row: Mapping[str, object], listed: Mapping[str, str], target: str, where: str
) -> _Item:
    texts = multiple_choice.option_texts({"options": dict(listed)}, where)
    return _Item(subject, required_text(row, "question", where), texts, target)

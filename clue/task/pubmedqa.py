"""PubMedQA: the answer of an abstract to its own question, yes, no or maybe; the labelled part.

Jin et al., EMNLP 2019, D19-1259. The release has 1,000 labelled abstracts in `ori_pqal.json` and
the 500 ids of the test split, with their labels, in `test_ground_truth.json`. Worked examples come
from the other 500.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue.data.left_out import Samples
from clue.data.readers import json_file, required_text, unique_samples
from clue.errors import DataError, DataMissing
from clue.records import Sample
from clue.task.labels import guarded

DATASET = "pubmedqa"
LABELS = ("yes", "no", "maybe")
ABSTRACTS, TEST_LABELS = "ori_pqal.json", "test_ground_truth.json"
VERSIONS = {"read": 1, "parse": 1, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""

_RULE = guarded(LABELS)


def files(path: Path) -> tuple[Path, ...]:
    """Returns the two files that `read` reads, whichever of them is `path`; that one first.

    Raises:
        DataMissing: the other file is not beside it.
    """
    packed = ".gz" if path.name.endswith(".gz") else ""
    is_list = path.name.removesuffix(packed) == TEST_LABELS
    other = ABSTRACTS if is_list else TEST_LABELS
    for name in (other, f"{other}.gz"):
        if path.with_name(name).is_file():
            return (path, path.with_name(name))
    raise DataMissing(
        f"{path} needs {other} beside it, which is missing: run "
        f"`python -m clue data fetch {DATASET}`"
    )


def read(path: Path) -> Samples:
    """Reads the abstracts of the test split, or those of no split; the PMID is id and cluster.

    Args:
        path: the list of the test split gives the abstracts that it lists; the file of all
            abstracts gives the others. The other file lies beside it.

    Raises:
        DataError: a file is missing or no object, a field is missing or empty, a label unknown or
            different in the two files, or a listed abstract is missing.
    """
    main_file, second_file = (_object(file) for file in files(path))
    is_list = all(isinstance(value, str) for value in main_file.values())
    labels, abstracts = (main_file, second_file) if is_list else (second_file, main_file)
    missing = sum(pmid not in abstracts for pmid in labels)
    if missing:
        raise DataError(f"{path}: {missing} ids of {TEST_LABELS} are not in {ABSTRACTS}")
    chosen = labels if is_list else [pmid for pmid in abstracts if pmid not in labels]
    rows = ((n, _sample(pmid, abstracts[pmid], path)) for n, pmid in enumerate(chosen, start=1))
    samples = unique_samples(path, rows)
    for sample in samples if is_list else ():
        if labels[sample.id] != sample.target:
            raise DataError(f"{path}: the label of {sample.id} is another one in {ABSTRACTS}")
    return samples


def parse(text: str, sample: Sample) -> str | None:
    """Returns the label that the text decides for, by the rules of `clue.task.labels`.

    >>> parse("**Yes**, because the mortality was lower.", Sample("1", {}, "no", "1"))
    'yes'
    >>> parse("There was no difference.", Sample("1", {}, "no", "1")) is None
    True
    """
    return _RULE.read(text)


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is one label and nothing else."""
    return {"format_followed": _RULE.alone(text) is not None}


def choices(sample: Sample) -> dict[str, str]:
    """Returns reference to answer."""
    return {label: label for label in LABELS}


def _object(path: Path) -> dict[str, Any]:
    content = json_file(path)
    if not isinstance(content, dict):
        raise DataError(f"{path} is no JSON object of abstracts but {type(content).__name__}")
    return content


def _sample(pmid: str, row: Any, path: Path) -> Sample:
    where = f"{path.with_name(ABSTRACTS)}: {pmid}"
    if not isinstance(row, dict):
        raise DataError(f"{where} is no JSON object")
    label = required_text(row, "final_decision", where)
    if label not in LABELS:
        raise DataError(f"{where}, field final_decision is none of {', '.join(LABELS)}")
    question = required_text(row, "QUESTION", where)
    fields = {"question": question, "abstract": "\n".join(_passages(row, where))}
    return Sample(pmid, fields, label, cluster=pmid)


def _passages(row: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yields the parts of an abstract, without its conclusion, each with its heading."""
    parts, headings = row.get("CONTEXTS"), row.get("LABELS")
    if not isinstance(parts, list) or not isinstance(headings, list) or not parts:
        raise DataError(f"{where}, fields CONTEXTS and LABELS are no lists with entries")
    if len(parts) != len(headings):
        raise DataError(f"{where} has {len(parts)} CONTEXTS and {len(headings)} LABELS")
    for number in range(len(parts)):
        heading = required_text({"heading": headings[number]}, "heading", where)
        yield f"{heading}: {required_text({'text': parts[number]}, 'text', where)}"

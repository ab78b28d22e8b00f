"""MedNLI: does a clinical premise entail, contradict or leave open a hypothesis?

Romanov and Shivade, EMNLP 2018, D18-1187.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from clue.data.readers import filled, json_lines, unique
from clue.errors import DataError
from clue.records import Sample, sha256

DATASET = "mednli"
LABELS = ("entailment", "neutral", "contradiction")
VERSIONS = {"read": 1, "parse": 1, "parse_upstream": 1, "behaviour": 1}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""

_LABEL = re.compile(
    rf"(?P<negated>\b(?:not|no|neither|nor)\s+(?:an?\s+)?)?\b({'|'.join(LABELS)})\b"
)


def read(path: Path) -> list[Sample]:
    """Samples of the official JSON lines; `pairID` is the id, pairs of one premise a cluster.

    Raises:
        DataError: a field is missing or empty, a label unknown, an id stands twice.
    """
    return unique(path, _samples(path))


def parse(text: str, sample: Sample) -> str | None:
    """The only label that the text affirms.

    Labels count as whole words in any case, wherever they stand; one that is denied ("not
    neutral") does not count. None for no label, and for several different ones: which of them is
    meant would be a guess.
    """
    found = {match[2] for match in _LABEL.finditer(text.lower()) if not match["negated"]}
    return found.pop() if len(found) == 1 else None


def parse_upstream(text: str, sample: Sample) -> str | None:
    """The authors' rule: the right label, if it occurs exactly once in the text."""
    return sample.target if text.lower().count(sample.target) == 1 else None


def behaviour(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Whether the text is one label and nothing else."""
    return {"format_followed": text.strip().strip(".*").lower() in LABELS}


def choices(sample: Sample) -> dict[str, str]:
    """Reference to the answer that says it."""
    return {label: label for label in LABELS}


def _samples(path: Path) -> Iterator[tuple[int, Sample]]:
    for number, row in json_lines(path):
        where = f"{path}: row {number}"
        premise, hypothesis = filled(row, "sentence1", where), filled(row, "sentence2", where)
        label = filled(row, "gold_label", where)
        if label not in LABELS:
            found = repr(label) if len(label.split()) == 1 else "of several words"
            raise DataError(f"{where}: gold_label {found} is none of {', '.join(LABELS)}")
        yield (
            number,
            Sample(
                id=filled(row, "pairID", where),
                fields={"premise": premise, "hypothesis": hypothesis},
                target=label,
                cluster=sha256(premise)[:16],
            ),
        )

"""MedNLI: classify if a clinical premise entails, contradicts or leaves open a hypothesis.

Romanov and Shivade, EMNLP 2018, D18-1187.
"""

from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import is_empty, json_lines, raw_text, required_text, unique_samples
from clue.errors import DataError
from clue.records import Sample, sha256
from clue.task.labels import inflected

DATASET = "mednli"
NO_LABEL = "-"
"""Label of a pair on which the annotators disagree, in the format that MedNLI shares with SNLI."""
LABELS = ("entailment", "neutral", "contradiction")
VERSIONS = {"read": 1, "parse": 2, "parse_upstream": 2, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""

_RULE = inflected(
    {
        "entailment": r"entail(?:ments?|s|ed|ing)?",
        "neutral": r"neutral",
        "contradiction": r"contradict(?:ions?|s|ed|ing|ory)?",
    }
)


def read(path: Path) -> Samples:
    """Reads the samples of the official JSON lines; `pairID` is the id, a premise a cluster.

    Pairs without a label are left out and counted.

    Raises:
        DataError: another field is missing or empty, a label unknown, an id occurs twice.
    """
    left_out = LeftOut()
    return unique_samples(path, _samples(path, left_out), left_out=left_out)


def parse(text: str, sample: Sample) -> str | None:
    """Returns the label that the text decides for, by the rules of `clue.task.labels`.

    >>> parse("Not neutral: **Entailment**.", Sample("1", {}, "neutral", "1"))
    'entailment'
    >>> parse("neutral or entailment", Sample("1", {}, "neutral", "1")) is None
    True
    """
    return _RULE.read(text)


def parse_upstream(text: str, sample: Sample) -> str | None:
    """Returns the right label if it occurs exactly once in the text: the authors' rule.

    >>> parse_upstream("neutral or entailment", Sample("1", {}, "neutral", "1"))
    'neutral'
    """
    # upper case as in their code: it differs from lower case on letters such as the dotless i
    return sample.target if text.upper().count(sample.target.upper()) == 1 else None


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is one label and nothing else."""
    return {"format_followed": text.strip().strip(".*").lower() in LABELS}


def choices(sample: Sample) -> dict[str, str]:
    """Returns reference to answer."""
    return {label: label for label in LABELS}


def _samples(path: Path, left_out: LeftOut) -> Iterator[tuple[int, Sample]]:
    for number, row in json_lines(path):
        where = f"{path}: row {number}"
        premise, hypothesis = raw_text(row, "sentence1", where), raw_text(row, "sentence2", where)
        if "gold_label" in row and (is_empty(row["gold_label"]) or row["gold_label"] == NO_LABEL):
            left_out.add(f"row {number}", "without a reference")
            continue
        label = required_text(row, "gold_label", where)
        if label not in LABELS:
            raise DataError(f"{where}: gold_label is none of {', '.join(LABELS)}")
        yield (
            number,
            Sample(
                id=required_text(row, "pairID", where),
                fields={"premise": premise, "hypothesis": hypothesis},
                target=label,
                cluster=sha256(premise.strip())[:16],
            ),
        )

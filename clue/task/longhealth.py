"""LongHealth 1, 2 and 3: multiple-choice questions on the letters of a fictional patient.

Adams et al. 2024 (arXiv 2401.14490); the three tasks as in Dada et al. 2025.
`clue.task.longhealth_documents` selects the documents of a prompt.
"""

import re
from pathlib import Path

from clue.data.left_out import Samples
from clue.records import Sample
from clue.task.longhealth_documents import present
from clue.task.longhealth_file import read_questions
from clue.task.multiple_choice import options, parse

__all__ = [
    "DATASET",
    "VERSIONS",
    "answer_flags",
    "choices",
    "parse",
    "parse_upstream",
    "present",
    "read",
    "reference_upstream",
]

DATASET = "longhealth"
VERSIONS = {"read": 1, "present": 1, "parse": 2, "parse_upstream": 1, "answer_flags": 2}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> Samples:
    """Reads the questions of the official file, see `clue.task.longhealth_file`."""
    return read_questions(path)


def parse_upstream(text: str, sample: Sample) -> str | None:
    """Returns the character between "The correct answer is " and a colon: the authors' rule.

    >>> parse_upstream("The correct answer is B: a week", Sample("1", {}, "B", "1"))
    'B'
    """
    match = re.search(r"The correct answer is (\w):", text)
    return match[1] if match else None


def reference_upstream(sample: Sample) -> str:
    """Returns the letter that the authors' code expects: the first option with the right text.

    The reader determines it; it differs from the data set's in few questions.

    >>> reference_upstream(Sample("1", {"option_a": "one day", "option_b": "a week"}, "B", "1"))
    'B'
    """
    authors_target: str = getattr(sample, "authors_target", sample.target)
    return authors_target


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`, and `hallucinated` if no document contains the answer.

    `format_followed`: the text is the requested sentence. `hallucinated`: the answer is another
    letter than F although no document contains the answer (LongHealth 3).
    """
    requested = {_normal(choice) for choice in choices(sample).values()}
    flags = {"format_followed": _normal(text) in requested}
    if sample.target == "F":
        flags["hallucinated"] = answer not in (None, "F")
    return flags


def choices(sample: Sample) -> dict[str, str]:
    """Returns letter to answer, in the form that the prompt requests."""
    return {
        letter: f"The correct answer is {letter}: {option}"
        for letter, option in options(sample.fields).items()
    }


def _normal(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .:;'")

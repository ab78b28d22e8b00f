"""LongHealth 1, 2 and 3: multiple-choice questions on the letters of a fictional patient.

Adams et al. 2024 (arXiv 2401.14490); the three tasks as in Dada et al. 2025.
`clue.task.longhealth_documents` selects the documents of a prompt.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue.data.readers import json_file, required_text, unique_samples
from clue.errors import DataError
from clue.records import Sample
from clue.task.answers import letters
from clue.task.longhealth_documents import Question, present

__all__ = [
    "DATASET",
    "VERSIONS",
    "answer_flags",
    "choices",
    "parse",
    "parse_upstream",
    "present",
    "read",
]

DATASET = "longhealth"
LETTERS = "abcde"
VERSIONS = {"read": 1, "present": 1, "parse": 2, "parse_upstream": 1, "answer_flags": 2}
"""Version of each function that reads data or answers; part of the id of every cell."""


def read(path: Path) -> list[Question]:
    """Reads the questions of the official file in its order: id `<patient>/<No>`, cluster patient.

    Raises:
        DataError: a field is missing or empty, a named document or option is missing, the right
            answer equals no option or several, an id occurs twice.
    """
    samples = enumerate(_questions(path), start=1)
    return [
        question for question in unique_samples(path, samples) if isinstance(question, Question)
    ]


def parse(text: str, sample: Sample) -> str | None:
    """Returns the letter of the option that the text chooses, by `clue.task.answers.letters`.

    >>> question = Sample("1", {"option_a": "one day", "option_b": "a week"}, "B", "1")
    >>> parse("The answer is **B**, because ...", question), parse("a week", question)
    ('B', 'B')
    >>> parse("A or B", question) is None
    True
    """
    return letters.read(text, _options(sample.fields))


def parse_upstream(text: str, sample: Sample) -> str | None:
    """Returns the character between "The correct answer is " and a colon: the authors' rule.

    >>> parse_upstream("The correct answer is B: a week", Sample("1", {}, "B", "1"))
    'B'
    """
    match = re.search(r"The correct answer is (\w):", text)
    return match[1] if match else None


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
        for letter, option in _options(sample.fields).items()
    }


def _normal(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .:;'")


def _options(fields: Mapping[str, str]) -> dict[str, str]:
    return {name[-1].upper(): text for name, text in fields.items() if name.startswith("option_")}


def _questions(path: Path) -> Iterator[Question]:
    patients = json_file(path)
    if not isinstance(patients, dict):
        raise DataError(f"{path} is no JSON object of patients but {type(patients).__name__}")
    for patient, entry in patients.items():
        where = f"{path}: {patient}"
        if not isinstance(entry, dict) or not isinstance(entry.get("questions"), list):
            raise DataError(f"{where}: no list of questions")
        if not isinstance(entry.get("texts"), dict) or not entry["texts"]:
            raise DataError(f"{where}: no texts")
        texts = {name: required_text(entry["texts"], name, where) for name in entry["texts"]}
        for question in entry["questions"]:
            yield _question(patient, question, texts, where)


def _question(patient: str, row: Any, texts: Mapping[str, str], where: str) -> Question:
    if not isinstance(row, dict):
        raise DataError(f"{where}: a question is no JSON object")
    number = required_text(row, "No", where)
    where = f"{where}: question {number}"
    locations = row.get("answer_location")
    if not isinstance(locations, dict) or not locations:
        raise DataError(f"{where}, field answer_location names no text")
    for name in locations:
        if name not in texts:
            raise DataError(f"{where}: answer_location names {name!r}, which is no text")
    options = {
        f"option_{letter}": required_text(row, f"answer_{letter}", where) for letter in LETTERS
    }
    return Question(
        id=f"{patient}/{number}",
        fields={"question": required_text(row, "question", where), **options},
        target=_right(options, required_text(row, "correct", where), where),
        cluster=patient,
        answering=tuple(text for name, text in texts.items() if name in locations),
        others=tuple(text for name, text in texts.items() if name not in locations),
    )


def _right(options: Mapping[str, str], correct: str, where: str) -> str:
    equal = [name[-1].upper() for name, text in options.items() if text == correct]
    if len(equal) != 1:
        raise DataError(
            f"{where}: the right answer {correct!r} equals {' and '.join(equal) or 'no option'}; "
            "it must equal one option"
        )
    return equal[0]

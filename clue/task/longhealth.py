"""LongHealth 1, 2 and 3: multiple-choice questions on the letters of a fictional patient.

Adams et al. 2024 (arXiv 2401.14490); the three tasks as in Dada et al. 2025. Which documents a
prompt shows is decided in `clue.task.longhealth_documents`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue.data.readers import filled, json_file, unique
from clue.errors import DataError
from clue.records import Sample
from clue.task.longhealth_documents import Question, present

__all__ = ["DATASET", "VERSIONS", "choices", "parse", "parse_upstream", "present", "read"]

DATASET = "longhealth"
LETTERS = "abcde"
VERSIONS = {"read": 1, "present": 1, "parse": 1, "parse_upstream": 1, "behaviour": 1}
"""Version of each function that reads the data or an answer: a part of every cell's identity."""

_LETTER = r"(?:(?P<letter>[A-F])\b|(?P<small>[a-f])(?=[^\w\s]+(?:\s|$)|\s*$))"
_LINK = r"(?:\s+(?:is|would\s+be|must\s+be|should\s+be))?(?:\s*[:=-])?\s*"
_ANSWER = rf"(?i:\banswer{_LINK}(?:(?:option|choice|letter)\s+)?)[(\[]?{_LETTER}"
_LEADING = rf"\A\s*[(\[]?{_LETTER}(?=\s*(?:[^\w\s]|$))"
_OPTION = rf"(?i:\b(?:option|choice){_LINK})[(\[]?{_LETTER}"
_PLACES = [re.compile(pattern, re.MULTILINE) for pattern in (_ANSWER, _LEADING, _OPTION)]
"""Where a letter is looked for, the plainest first; a later place counts if the earlier have none.
"""
_ANOTHER = re.compile(r"\s*[)\]]?\s*(?:,|/|&|\bor\b|\band\b)\s*(?:(?i:option)\s+)?[(\[]?[A-F]\b")
_INTRODUCTION = re.compile(
    r"(?i)^\s*(?:the\s+)?(?:(?:correct|right|best)\s+)?answer(?:\s+is)?\s*:?"
)


def read(path: Path) -> list[Question]:
    """The questions of the official file, in its order: id `<patient>/<No>`, cluster the patient.

    Raises:
        DataError: a field is missing or empty, a document or option is named that is not there, the
            right answer equals no option or two, an id stands twice.
    """
    samples = enumerate(_questions(path), start=1)
    return [question for question in unique(path, samples) if isinstance(question, Question)]


def parse(text: str, sample: Sample) -> str | None:
    """The letter of the option that the text chooses.

    In this order: a first line that is exactly the text of an option ("E. coli" names no letter),
    with or without "The correct answer is"; the letter after "answer"; a letter that the text
    begins with ("C.", "(C) ..."); the letter after "option" or "choice" ("I choose **option c**").
    None where two letters are named in the same place, or a letter that is no option. A small
    letter counts only before punctuation or the end of a line: "the answer is a scan" names none.
    """
    plain = re.sub(r"[*_`#\"“”]", "", text).strip()
    options = _options(sample.fields)
    said = _normal(_INTRODUCTION.sub("", plain.partition("\n")[0]))
    exact = {letter for letter, option in options.items() if _normal(option) == said}
    chosen = exact or _letters(plain)
    return chosen.pop() if len(chosen) == 1 and chosen <= set(options) else None


def parse_upstream(text: str, sample: Sample) -> str | None:
    """The authors' rule: the character between "The correct answer is " and a colon."""
    found = re.search(r"The correct answer is (\w):", text)
    return found[1] if found else None


def behaviour(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Whether the text is the sentence asked for; where nothing tells, whether it claims to know.

    `hallucinated`: another letter than F although no document holds the answer (LongHealth 3).
    """
    asked = {_normal(choice) for choice in choices(sample).values()}
    found = {"format_followed": _normal(text) in asked}
    if sample.target == "F":
        found["hallucinated"] = answer not in (None, "F")
    return found


def choices(sample: Sample) -> dict[str, str]:
    """Letter to the answer that says it, in the form that is asked for."""
    return {
        letter: f"The correct answer is {letter}: {option}"
        for letter, option in _options(sample.fields).items()
    }


def _letters(text: str) -> set[str]:
    """Letters chosen in the first place that has any."""
    matches = next(filter(None, (list(place.finditer(text)) for place in _PLACES)), [])
    found = {(match["letter"] or match["small"]).upper() for match in matches}
    if any(_ANOTHER.match(text, match.end()) for match in matches):
        found.add("several")
    return found


def _normal(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .:;'")


def _options(fields: Mapping[str, str]) -> dict[str, str]:
    return {name[-1].upper(): text for name, text in fields.items() if name.startswith("option_")}


def _questions(path: Path) -> Iterator[Question]:
    patients = json_file(path)
    if not isinstance(patients, dict):
        raise DataError(f"{path} holds no JSON object of patients but {type(patients).__name__}")
    for patient, entry in patients.items():
        where = f"{path}: {patient}"
        if not isinstance(entry, dict) or not isinstance(entry.get("questions"), list):
            raise DataError(f"{where}: no list of questions")
        if not isinstance(entry.get("texts"), dict) or not entry["texts"]:
            raise DataError(f"{where}: no texts")
        texts = {name: filled(entry["texts"], name, where) for name in entry["texts"]}
        for question in entry["questions"]:
            yield _question(patient, question, texts, where)


def _question(patient: str, row: Any, texts: Mapping[str, str], where: str) -> Question:
    if not isinstance(row, dict):
        raise DataError(f"{where}: a question is no JSON object")
    number = filled(row, "No", where)
    where = f"{where}: question {number}"
    places = row.get("answer_location")
    if not isinstance(places, dict) or not places:
        raise DataError(f"{where}, field answer_location names no text")
    for name in places:
        if name not in texts:
            raise DataError(f"{where}: answer_location names {name!r}, which is no text")
    options = {f"option_{letter}": filled(row, f"answer_{letter}", where) for letter in LETTERS}
    return Question(
        id=f"{patient}/{number}",
        fields={"question": filled(row, "question", where), **options},
        target=_right(options, filled(row, "correct", where), where),
        cluster=patient,
        answering=tuple(text for name, text in texts.items() if name in places),
        others=tuple(text for name, text in texts.items() if name not in places),
    )


def _right(options: Mapping[str, str], correct: str, where: str) -> str:
    equal = [name[-1].upper() for name, text in options.items() if text == correct]
    if len(equal) != 1:
        raise DataError(
            f"{where}: the right answer {correct!r} equals {' and '.join(equal) or 'no option'}; "
            "it must equal one option"
        )
    return equal[0]

"""LongHealth 1, 2 and 3: multiple-choice questions on the letters of a fictional patient.

Adams et al. 2024 (arXiv 2401.14490); the three tasks as in Dada et al. 2025.
`clue.task.longhealth_documents` selects the documents of a prompt.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from clue.data.left_out import Samples
from clue.records import Sample
from clue.task.longhealth_documents import present
from clue.task.longhealth_file import read_questions

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
VERSIONS = {"read": 1, "present": 1, "parse": 1, "parse_upstream": 1, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""

_LETTER = r"(?:(?P<letter>[A-F])\b|(?P<small>[a-f])(?=[^\w\s]+(?:\s|$)|\s*$))"
_LINK = r"(?:\s+(?:is|would\s+be|must\s+be|should\s+be))?(?:\s*[:=-])?\s*"
_ANSWER = rf"(?i:\banswer{_LINK}(?:(?:option|choice|letter)\s+)?)[(\[]?{_LETTER}"
_LEADING = rf"\A\s*[(\[]?{_LETTER}(?=\s*(?:[^\w\s]|$))"
_OPTION = rf"(?i:\b(?:option|choice){_LINK})[(\[]?{_LETTER}"
_LETTER_PATTERNS = [re.compile(pattern, re.MULTILINE) for pattern in (_ANSWER, _LEADING, _OPTION)]
"""Patterns of the chosen letter, the most explicit first; the first with a match counts."""
_ANOTHER = re.compile(r"\s*[)\]]?\s*(?:,|/|&|\bor\b|\band\b)\s*(?:(?i:option)\s+)?[(\[]?[A-F]\b")
_INTRODUCTION = re.compile(
    r"(?i)^\s*(?:the\s+)?(?:(?:correct|right|best)\s+)?answer(?:\s+is)?\s*:?"
)


def read(path: Path) -> Samples:
    """Reads the questions of the official file, see `clue.task.longhealth_file`."""
    return read_questions(path)


def parse(text: str, sample: Sample) -> str | None:
    """Returns the letter of the option that the text chooses.

    In this order: a first line that is exactly the text of an option ("E. coli" names no letter),
    with or without "The correct answer is"; the letter after "answer"; a letter that the text
    begins with ("C.", "(C) ..."); the letter after "option" or "choice" ("I choose **option c**").
    None for two letters by the same pattern, or a letter that is no option. A small letter counts
    only before punctuation or the end of a line: "the answer is a scan" names none.

    >>> question = Sample("1", {"option_a": "one day", "option_b": "a week"}, "B", "1")
    >>> parse("The answer is **B**, because ...", question), parse("a week", question)
    ('B', 'B')
    >>> parse("A or B", question) is None
    True
    """
    plain = re.sub(r"[*_`#\"“”]", "", text).strip()
    options = _options(sample.fields)
    first_line = _normal(_INTRODUCTION.sub("", plain.partition("\n")[0]))
    exact = {letter for letter, option in options.items() if _normal(option) == first_line}
    chosen = exact or _letters(plain)
    return chosen.pop() if len(chosen) == 1 and chosen <= set(options) else None


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
        for letter, option in _options(sample.fields).items()
    }


def _letters(text: str) -> set[str]:
    """Returns the letters that match the first pattern with any match."""
    matches = next(filter(None, (list(pattern.finditer(text)) for pattern in _LETTER_PATTERNS)), [])
    letters = {(match["letter"] or match["small"]).upper() for match in matches}
    if any(_ANOTHER.match(text, match.end()) for match in matches):
        letters.add("several")
    return letters


def _normal(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .:;'")


def _options(fields: Mapping[str, str]) -> dict[str, str]:
    return {name[-1].upper(): text for name, text in fields.items() if name.startswith("option_")}

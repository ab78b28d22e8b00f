"""Reader of LongHealth's file: patients with letters, and questions on them.

A question that cannot be asked or scored is left out and counted. Everything else that differs from
the official release is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import json_file, raw_text, required_text, unique_samples
from clue.errors import DataError
from clue.task.longhealth_documents import DoubleKeyQuestion, Question

LETTERS = "abcde"


def read_questions(path: Path) -> Samples:
    """Reads the questions of the file in its order: id `<patient>/<No>`, cluster patient.

    A right answer that differs from an option in case or a final dot only is that option. Questions
    whose right answer is no option or several, whose number was there before, or for which no
    letter is named as the source of the answer, are left out.

    Raises:
        DataError: a field is missing or empty, or a named document is missing.
    """
    left_out = LeftOut()
    samples = enumerate(_questions(path, left_out), start=1)
    return unique_samples(path, samples, left_out=left_out)


@dataclass
class _Patient:
    """A patient's letters, and the numbers of the questions that were read."""

    name: str
    texts: Mapping[str, str]
    path: Path
    left_out: LeftOut
    numbers: set[str] = field(default_factory=set)

    def question(self, row: Any) -> Question | None:
        """Returns a question; None if it is left out."""
        where = f"{self.path}: {self.name}"
        if not isinstance(row, dict):
            raise DataError(f"{where}: a question is no JSON object")
        number = required_text(row, "No", where)
        where = f"{where}: question {number}"
        options = {
            f"option_{letter}": raw_text(row, f"answer_{letter}", where) for letter in LETTERS
        }
        correct = raw_text(row, "correct", where)
        target = right_letter(options, correct)
        locations = self._locations(row, where)
        fields = {"question": raw_text(row, "question", where), **options}
        reason = self._reason(number, target, locations)
        if reason or target is None:
            self.left_out.add(f"{self.name}, question {number}", str(reason))
            return None
        self.numbers.add(number)
        values: dict[str, Any] = {
            "id": f"{self.name}/{number}",
            "fields": fields,
            "target": target,
            "cluster": self.name,
            "answering": tuple(text for name, text in self.texts.items() if name in locations),
            "others": tuple(text for name, text in self.texts.items() if name not in locations),
        }
        theirs = authors_letter(row, correct)
        same = theirs == target
        return Question(**values) if same else DoubleKeyQuestion(**values, authors_target=theirs)

    def _locations(self, row: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        locations = row.get("answer_location")
        if not isinstance(locations, dict):
            raise DataError(f"{where}, field answer_location names no text")
        for name in locations:
            if name not in self.texts:
                raise DataError(f"{where}: answer_location names {name!r}, which is no text")
        return locations

    def _reason(self, number: str, target: str | None, locations: Mapping[str, Any]) -> str | None:
        """Reason to leave a question out."""
        if number in self.numbers:
            return "with a number that an earlier question has"
        if target is None:
            return "whose right answer is none or several of the options"
        return None if locations else "without the letters that hold the answer"


def right_letter(options: Mapping[str, str], correct: str) -> str | None:
    """Returns the letter of the only option that is the right answer; None if there is none.

    >>> right_letter({"option_a": "One day", "option_b": "A week"}, "a week.")
    'B'
    """
    for form in (str.strip, _form):
        equal = [name[-1].upper() for name, text in options.items() if form(text) == form(correct)]
        if equal:
            return equal[0] if len(equal) == 1 else None
    return None


def authors_letter(row: Mapping[str, Any], correct: str) -> str:
    """Returns the letter of the first option that contains the right text; empty if none does.

    >>> authors_letter({"answer_a": "Stage II", "answer_b": "Stage I"}, "Stage I")
    'A'
    """
    for name, text in row.items():
        if name.startswith("answer") and not name.endswith("location") and correct in str(text):
            return name[-1].upper()
    return ""


def _form(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(". ")


def _questions(path: Path, left_out: LeftOut) -> Iterator[Question]:
    patients = json_file(path)
    if not isinstance(patients, dict):
        raise DataError(f"{path} is no JSON object of patients but {type(patients).__name__}")
    for name, entry in patients.items():
        where = f"{path}: {name}"
        if not isinstance(entry, dict) or not isinstance(entry.get("questions"), list):
            raise DataError(f"{where}: no list of questions")
        if not isinstance(entry.get("texts"), dict) or not entry["texts"]:
            raise DataError(f"{where}: no texts")
        texts = {text: raw_text(entry["texts"], text, where) for text in entry["texts"]}
        patient = _Patient(name, texts, path, left_out)
        yield from filter(None, map(patient.question, entry["questions"]))

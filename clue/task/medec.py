"""MEDEC: find the sentence of a clinical text that is wrong, if one is, and correct it.

Ben Abacha et al. 2024, arXiv 2412.19260; the texts of the MS collection. One answer has three
parts: the error's flag, its sentence and the correction.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from clue.data.left_out import LeftOut, Samples
from clue.data.readers import required_text, unique_samples
from clue.data.usable_rows import unix_lines, usable_rows
from clue.errors import DataError
from clue.records import Sample
from clue.task.answers import reported_error
from clue.task.answers.reported_error import NO_ERROR, QUOTES, UNREAD, canonical
from clue.task.medec_notes import versions
from clue.task.parts import ABSENT

DATASET = "medec"
COLUMNS = (
    *("Text ID", "Text", "Sentences", "Error Flag"),
    *("Error Sentence ID", "Corrected Sentence"),
)
VERSIONS = {"read": 1, "parse": 1, "parts": 1, "answer_flags": 1}
"""Version of each function that reads data or answers; part of the id of every cell."""


_NUMBERED = re.compile(r"\s*(\d+)\s+(\S.*)")


def read(path: Path) -> Samples:
    """Reads the samples of an official CSV file; `Text ID` is the id, versions of a note a cluster.

    The reference has the form of an answer: "No error", or the number of the sentence and the
    corrected sentence below it. Rows without a flag or a text are left out, blank rows are ignored;
    both are counted.

    Raises:
        DataError: a column or an id is missing, a flag is neither 0 nor 1, the sentence with the
            error has no number among the sentences or no correction, an id occurs twice.
    """
    left_out = LeftOut()
    rows = list(_rows(path, left_out))
    firsts = versions([frozenset(_sentences(fields["sentences"])) for _, _, fields, _ in rows])
    samples = (
        (number, Sample(id=name, fields=fields, target=target, cluster=rows[first][1]))
        for (number, name, fields, target), first in zip(rows, firsts, strict=True)
    )
    return unique_samples(path, samples, "Text ID", left_out)


def parse(text: str, sample: Sample) -> str | None:
    r"""Returns the reported error in the form of a reference, by `reported_error.read`.

    >>> parse("Error in sentence 7:\nGive iron.", Sample("1", {}, "", "1"))
    'Error in sentence 7\nGive iron.'
    """
    return reported_error.read(text, sample.fields.get("sentences", ""))


def choices(sample: Sample) -> dict[str, str]:
    """Returns reference to answer: no error, or an error in a sentence that stays as it is.

    They are what a baseline can choose from; the references with errors are not among them.
    """
    numbered = (_NUMBERED.match(line) for line in sample.fields["sentences"].splitlines())
    errors = [canonical(match[1], match[2]) for match in filter(None, numbered)]
    return {answer: answer for answer in (NO_ERROR, *errors)}


def error_flag(answer: str) -> str:
    """Returns 1 if a parsed answer reports an error, else 0."""
    return str(int(answer != NO_ERROR))


def error_sentence(answer: str) -> str:
    """Returns the number of the wrong sentence, -1 without an error, `?` if it was not read."""
    return "-1" if answer == NO_ERROR else answer.partition("\n")[0].split()[-1]


def correction(answer: str) -> str:
    """Returns the corrected sentence, `NA` without an error, nothing if it was not read."""
    return ABSENT if answer == NO_ERROR else answer.partition("\n")[2]


PARTS = {
    "error_flag": error_flag,
    "error_sentence": error_sentence,
    "correction": correction,
}
"""Parts of a parsed answer and of a reference that metrics compare."""


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed` and `sentence_unread`.

    `format_followed`: the text is one of the two requested forms and nothing else.
    `sentence_unread`: the answer reports an error and names no sentence, or several.
    """
    sentence_unread = answer is not None and error_sentence(answer) == UNREAD
    complete = answer is not None and not sentence_unread and bool(correction(answer))
    return {
        "format_followed": complete and _form(text) == _form(str(answer)),
        "sentence_unread": sentence_unread,
    }


def _form(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _sentences(lines: str) -> Iterator[str]:
    """Yields the sentences without their numbers."""
    for line in lines.splitlines():
        match = _NUMBERED.match(line)
        sentence = (match[2] if match else line).strip().casefold()
        if sentence:
            yield sentence


def _rows(path: Path, left_out: LeftOut) -> Iterator[tuple[int, str, dict[str, str], str]]:
    rows = usable_rows(path, COLUMNS, left_out, inputs=("Sentences",), reference="Error Flag")
    for number, row in rows:
        where = f"{path}: row {number}"
        fields = {
            "sentences": unix_lines(row["Sentences"]),
            "text": unix_lines(required_text(row, "Text", where)),
        }
        name = required_text(row, "Text ID", where)
        yield number, name, fields, _target(row, fields["sentences"], where)


def _target(row: dict[str, str], sentences: str, where: str) -> str:
    flag = row["Error Flag"].strip()
    if flag == "0":
        return NO_ERROR
    if flag != "1":
        raise DataError(f"{where}: Error Flag is neither 0 nor 1")
    sentence = required_text(row, "Error Sentence ID", where)
    numbers = [match[1] for match in map(_NUMBERED.match, sentences.splitlines()) if match]
    if sentence not in numbers:
        raise DataError(f"{where}: Error Sentence ID is the number of no line of Sentences")
    corrected = " ".join(required_text(row, "Corrected Sentence", where).split()).strip(QUOTES)
    if corrected in ("", ABSENT):
        raise DataError(f"{where}: Error Flag is 1, but Corrected Sentence is empty or {ABSENT}")
    return canonical(sentence, corrected)

"""Multiple-choice questions with lettered options: sample, prompt text and reading of answers.

LongHealth and the exams share the fields and the rules for letters (`clue.task.answers.letters`).
The exams request the letter alone, so that the first token of an answer is the choice.
"""

import re
from collections.abc import Mapping

from clue.data.readers import required_text
from clue.errors import DataError
from clue.records import Sample
from clue.task.answers import letters

LETTERS = ("A", "B", "C", "D")
"""Options of an exam question."""
OPTION = "{letter}: {text}"
"""Line of an option in a prompt."""
VERSIONS = {"parse": 1, "answer_flags": 1}
"""Version of each function that reads answers; part of the id of every cell of an exam."""
_LETTER_ALONE = re.compile(r"[(\[*]*([A-Z])[)\]*.]*")


def options(fields: Mapping[str, str]) -> dict[str, str]:
    """Returns letter to text of the fields `option_a`, `option_b`, ...

    >>> options({"question": "How long?", "option_a": "one day", "option_b": "a week"})
    {'A': 'one day', 'B': 'a week'}
    """
    return {name[-1].upper(): text for name, text in fields.items() if name.startswith("option_")}


def option_lines(fields: Mapping[str, str], line: str = OPTION) -> str:
    r"""Returns the options as a prompt shows them, a line each.

    Args:
        fields: of the sample.
        line: template of a line; names `{letter}` and `{text}`.

    >>> option_lines({"option_a": "one day", "option_b": "a week"})
    'A: one day\nB: a week'
    """
    lines = options(fields).items()
    return "\n".join(line.format(letter=letter, text=text) for letter, text in lines)


def exam_fields(question: str, texts: Mapping[str, str], **more: str) -> dict[str, str]:
    """Returns the fields of an exam question: `question`, each option, `options`, and others.

    Args:
        question: the question.
        texts: letter to the text of the option.
        more: further fields, such as the subject.
    """
    fields = {"question": question}
    fields |= {f"option_{letter.lower()}": text for letter, text in texts.items()}
    return {**fields, "options": option_lines(fields), **more}


def option_texts(row: Mapping[str, object], where: str) -> dict[str, str]:
    """Returns letter to text from the field `options` of a row, an object with the keys A to D.

    Raises:
        DataError: the keys are others, a text is empty, or two options are equal.
    """
    listed = row.get("options")
    if not isinstance(listed, dict) or tuple(sorted(listed)) != LETTERS:
        raise DataError(f"{where}, field options is no object with the keys {', '.join(LETTERS)}")
    texts = {letter: required_text(listed, letter, f"{where}, options") for letter in LETTERS}
    if len(set(texts.values())) < len(texts):
        raise DataError(f"{where}, field options has two equal texts")
    return texts


def right_letter(row: Mapping[str, object], texts: Mapping[str, str], where: str) -> str:
    """Returns the letter in `answer_idx`; `answer`, if the row has it, must be that option's text.

    Raises:
        DataError: `answer_idx` is no option, or `answer` is another text.
    """
    letter = required_text(row, "answer_idx", where)
    if letter not in texts:
        raise DataError(f"{where}, field answer_idx is none of {', '.join(texts)}")
    if "answer" in row and required_text(row, "answer", where) != texts[letter]:
        raise DataError(f"{where}, field answer is not the text of the option in answer_idx")
    return letter


def parse(text: str, sample: Sample) -> str | None:
    """Returns the letter of the option that the text chooses, by `clue.task.answers.letters`.

    >>> question = Sample("1", {"option_a": "one day", "option_b": "a week"}, "B", "1")
    >>> parse("The answer is **B**, because ...", question), parse("a week", question)
    ('B', 'B')
    >>> parse("A or B", question) is None
    True
    """
    return letters.read(text, options(sample.fields))


def answer_flags(text: str, answer: str | None, sample: Sample) -> dict[str, bool]:
    """Returns `format_followed`: the text is the letter of an option and nothing else.

    >>> answer_flags("(B).", "B", Sample("1", {"option_b": "a week"}, "B", "1"))
    {'format_followed': True}
    """
    match = _LETTER_ALONE.fullmatch(text.strip())
    return {"format_followed": match is not None and match[1] in options(sample.fields)}


def choices(sample: Sample) -> dict[str, str]:
    """Returns letter to answer, in the form that the exams request."""
    return {letter: letter for letter in options(sample.fields)}

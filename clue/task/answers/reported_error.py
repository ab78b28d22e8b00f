"""The error that an answer reports in a text with numbered sentences.

The first line that decides counts:

1. it says that the text is correct, or denies an error ("The text contains no error");
2. it names one sentence ("Error in sentence 7", "Sentence 7: ..."), or is the only line that begins
   with a number ("7: ...") and not a copy from the text in question;
3. it affirms an error without a sentence. A later line may name it.

The correction follows a heading ("Correction: ..."), otherwise the sentence's number in its line,
otherwise it is the next line.
"""

import re
from collections.abc import Sequence

from clue.task.answers.answer_text import answer_texts
from clue.task.answers.characters import normalised
from clue.task.answers.denial import denied
from clue.task.answers.markup import plain

NO_ERROR = "No error"
UNREAD = "?"
"""Number of a sentence that an answer does not name."""
QUOTES = "\"' "
"""Marks around a correction that are no part of it."""

_TEXT = r"(?:(?:the|this)\s+)?(?:clinical\s+)?(?:text|note|everything|all\s+sentences)(?:\s+\w+)?"
_CORRECT = re.compile(
    r"\A\W*(?:error(?:\s+\w+)?\s*[:=-]\s*(?:0|false)|(?:(?:answer|result|error(?:\s+\w+)?)\s*[:=-]\s*)?"
    rf"(?:none|no|correct|{_TEXT}\s+(?:is|are|looks?|appears?(?:\s+to\s+be)?)"
    r"\s+(?:(?:all|\w+ly)\s+)?(?:correct|accurate|right|fine|error-free)))\W*\Z",
    re.I,
)
_ERROR = re.compile(r"\b(?:errors?|mistakes?|incorrect|wrong|inaccura(?:te|cy|cies))\b", re.I)
_AFFIRMED = re.compile(r"\A\W*(?:error(?:\s+\w+)?\s*[:=-]\s*)?yes\b", re.I)
_SENTENCE = re.compile(
    r"\b(?:sentence|line)\s*(?:number|no\.?|id|#)?\s*(?:is\s+)?[:=#]?\s*(\d+)\b", re.I
)
_NUMBERED = re.compile(r"\A\W*(\d{1,3})(?:\s*[:.)-]\s*|\s+(?=[A-Z])|(?=\s*\Z))")
_HEADING = re.compile(
    r"^\W*(?:the\s+)?(?:corrected|correct|correction|right|revised|replacement)"
    r"(?:\s+(?:sentence|version|text|statement))?(?:\s+\d+)?(?:\s+is)?\s*[:=]\s*",
    re.I | re.M,
)
_AFTER_NUMBER = re.compile(r"\A\s*[:.)-]+\s*(?=\w)")
_NOTHING = re.compile(r"\W*(?:na|n/a|none)?\W*", re.I)


def canonical(sentence: str, correction: str) -> str:
    r"""Returns an error in the form of a reference.

    >>> canonical("7", "Give iron.")
    'Error in sentence 7\nGive iron.'
    """
    return f"Error in sentence {sentence}\n{correction}"


def read(text: str, sentences: str = "") -> str | None:
    r"""Returns the error that a model reports, or "No error"; None if it does neither.

    Args:
        text: as the model wrote it.
        sentences: the numbered sentences of the text in question.

    >>> read("There is no error in this text."), read("**Correct**"), read("The patient is ill.")
    ('No error', 'No error', None)
    >>> read("Sentence 7 is wrong.\nCorrected sentence: 7 Give iron.")
    'Error in sentence 7\nGive iron.'
    >>> read("There is a mistake in the dose.")
    'Error in sentence ?\n'
    >>> read("7 Give iron."), read("7 Give iron.", sentences="6 He is pale.\n7 Give iron.")
    ('Error in sentence 7\nGive iron.', None)
    """
    part = next(iter(answer_texts(text, one_choice=False)), "")
    lines = [line.strip() for line in part.splitlines() if line.strip()]
    if lines in (["0"], ["1"]):  # a flag or a sentence
        return None
    listed = sum(bool(_NUMBERED.match(line)) for line in lines) > 1
    copied = bool(re.search(r"[a-z]", part)) and _folded(part) in _folded(sentences)
    for index, line in enumerate(lines):
        if _is_denial(line):
            return NO_ERROR
        mention = _mention(line, alone=index == 0 and not listed and not copied)
        if mention:
            return _error(mention, line, lines[index + 1 :])
        if _ERROR.search(line) or _AFFIRMED.match(line):
            return _error_below(lines[index + 1 :])
    return None


def _folded(text: str) -> str:
    return " ".join(plain(normalised(text)).casefold().split())


def _is_denial(line: str) -> bool:
    """Tests if a line says that there is no error."""
    if _CORRECT.match(line):
        return True
    errors = list(_ERROR.finditer(line))
    return bool(errors) and all(denied(line, one.start(), one.end()) for one in errors)


def _mention(line: str, *, alone: bool) -> re.Match[str] | None:
    """Returns the only sentence that a line names; with `alone` also a number at its beginning."""
    mentions = list(_SENTENCE.finditer(line))
    if len({match[1] for match in mentions}) == 1 and not _HEADING.match(line):
        return mentions[0]
    return _NUMBERED.match(line) if alone and not mentions else None


def _error_below(lines: Sequence[str]) -> str:
    """Returns an error whose sentence a later line may name."""
    for index, line in enumerate(lines):
        mention = _mention(line, alone=False)
        if mention:
            return _error(mention, line, lines[index + 1 :])
    return canonical(UNREAD, _correction("", lines, UNREAD))


def _error(mention: re.Match[str], line: str, lines: Sequence[str]) -> str:
    rest = line[mention.end() :]
    if mention.re is _SENTENCE:
        after = _AFTER_NUMBER.match(rest)
        rest = rest[after.end() :] if after else ""
    return canonical(mention[1], _correction(rest, lines, mention[1]))


def _correction(rest: str, lines: Sequence[str], number: str) -> str:
    """Returns the corrected sentence: below its heading, else the rest of the line, or the next."""
    text = "\n".join([rest, *lines])
    heading = _HEADING.search(text)
    candidates = text[heading.end() if heading else 0 :].splitlines()
    sentence = next((line.strip() for line in candidates if line.strip()), "")
    own_number = re.compile(rf"\A\W*(?:sentence\s+)?{re.escape(number)}\s*[:.)-]?\s+", re.I)
    sentence = own_number.sub("", sentence, count=1).strip(QUOTES)
    return "" if _NOTHING.fullmatch(sentence) else sentence

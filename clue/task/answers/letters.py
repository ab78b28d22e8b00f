"""The option of a multiple-choice question that an answer chooses.

The rules of `RULES` apply in their order, and the first that finds a letter decides. A denied
letter ("not A", "A is wrong") is none. Several different letters by one rule are no answer, since a
choice among them would be a guess.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from clue.task.answers.answer_text import answer_texts
from clue.task.answers.characters import latin_capitals, normalised
from clue.task.answers.denial import denied
from clue.task.answers.letter_patterns import (
    ALONE,
    CONCLUSIONS,
    FIRST_LINE,
    HEDGED,
    INTRODUCTION,
    LEADING,
    LISTED,
    OPTION,
    REQUESTED,
    STATEMENTS,
    another_letter,
    is_letter,
    letter_before,
)
from clue.task.answers.option_texts import exact, folded, mentioned, with_letter

Options = Mapping[str, str]
"""Letter, in capitals, to the text of the option."""
ITEM = r"[A-F]\b"


def read(text: str, options: Options) -> str | None:
    """Returns the letter that a model's text chooses; None if it chooses none or several.

    >>> read("The correct answer is **B**: a week", {"A": "one day", "B": "a week"})
    'B'
    >>> read("A. is wrong. B. is right.", {"A": "one day", "B": "a week"})
    'B'
    """
    for part in answer_texts(text):
        letter = _decided(latin_capitals(part), options)
        if letter in options:
            return letter
    return None


def _decided(text: str, options: Options) -> str | None:
    for rule in RULES:
        letters = rule(text, options)
        if letters:
            return letters.pop() if len(letters) == 1 else None
    return None


def _exact_option(text: str, options: Options) -> set[str]:
    """The first line is the text of an option ("E. coli" names no letter)."""
    first_line = text.partition("\n")[0]
    return exact(first_line, options) or exact(INTRODUCTION.sub("", text, count=1), options)


def _first_line(text: str, options: Options) -> set[str]:
    """The first line is one option, and the next line does not go on with a list of options."""
    answer = INTRODUCTION.sub("", text, count=1)
    lines = [_option_of_line(line, options) for line in answer.splitlines() if line.strip()]
    first, second = [*lines, "", ""][:2]
    goes_on = bool(first and second) and ord(second) == ord(first) + 1
    return {first} if first and not goes_on else set()


def _option_of_line(line: str, options: Options) -> str:
    match = FIRST_LINE.fullmatch(line)
    if match is None or not is_letter(line, match.start("letter"), options):
        return ""
    letter = match["letter"].upper()
    wording = folded(match["text"])
    return letter if wording in ("", folded(options.get(letter, ""))) else ""


def _requested_form(text: str, options: Options) -> set[str]:
    """The first line has the requested form; what a later line adds does not annul it."""
    first_line = text.partition("\n")[0]
    if not REQUESTED.match(first_line):
        return set()
    match = REQUESTED.match(first_line)
    letter = match["letter"].upper() if match else ""
    if match and folded(first_line[match.end() :]).startswith(folded(options.get(letter, "\0"))):
        return {letter}
    letters = _matches(first_line, options, STATEMENTS)
    return letters if len(letters) == 1 else set()


def _stated(patterns: tuple[re.Pattern[str], ...]) -> Callable[[str, Options], set[str]]:
    return lambda text, options: _matches(text, options, patterns)


def _listed(text: str, options: Options) -> set[str]:
    """Of several options, each with a verdict, the one that is called right, or is not denied."""
    heads = list(LISTED.finditer(text))
    if len({head["letter"] for head in heads}) < 2:
        return set()
    ends = [head.start() for head in heads[1:]] + [len(text)]
    right: set[str] = set()
    wrong: set[str] = set()
    for head, end in zip(heads, ends, strict=True):
        is_denied = denied(text, head.start("letter"), head.end("letter"), item=ITEM)
        verdict = False if is_denied else _verdict(text[head.end() : end])
        if verdict is not None:
            (right if verdict else wrong).add(head["letter"])
    letters = {head["letter"] for head in heads}
    open_letters = letters - wrong if wrong else letters
    return right or open_letters or {"none"}


def _verdict(text: str) -> bool | None:
    """Tests if a passage calls its option right; None without a verdict."""
    verdict = None
    for word in re.finditer(
        r"\b(?:right|correct|true|wrong|incorrect|false)\b|[✓✔✅✗✘❌]", text, re.I
    ):
        is_denied = denied(text, word.start(), word.end())
        positive = word[0].lower() in ("right", "correct", "true", "✓", "✔", "✅")
        verdict = positive != is_denied
    return verdict


def _matches(text: str, options: Options, patterns: tuple[re.Pattern[str], ...]) -> set[str]:
    """Letters of all matches of the patterns, with those that "or" joins to them."""
    letters: set[str] = set()
    for start, end in _places(text, options, patterns):
        if not denied(text, start, end, item=ITEM):
            letters.add(text[start].upper())
            letters |= _joined(text, end)
            letters |= set(filter(None, [letter_before(text, start)]))
    return letters


def _places(
    text: str, options: Options, patterns: tuple[re.Pattern[str], ...]
) -> Iterator[tuple[int, int]]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            start, end = match.span("letter")
            if is_letter(text, start, options):
                yield start, end


def _joined(text: str, end: int) -> set[str]:
    """Letters that follow in a list, without those that are denied ("C, D is wrong")."""
    other = another_letter(text, end)
    if other is None or denied(text, *other.span("letter"), item=ITEM):
        return set()
    return {other["letter"]} | _joined(text, other.end())


def _option_text(text: str, options: Options) -> set[str]:
    """The text of one option within a sentence, and a letter in brackets behind it."""
    return mentioned(normalised(text), options) | with_letter(text, options)


RULES: tuple[Callable[[str, Options], set[str]], ...] = (
    _exact_option,
    _first_line,
    _requested_form,
    _stated(CONCLUSIONS),
    _stated(STATEMENTS),
    _listed,
    _stated(LEADING),
    _stated(HEDGED),
    _stated(OPTION),
    _stated(ALONE),
    _option_text,
)
"""From the most explicit form to the least."""

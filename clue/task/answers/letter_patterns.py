"""Patterns of a letter that names an option, by how explicitly a text chooses it."""

import re
from collections.abc import Mapping

from clue.task.answers.option_texts import begins_with

_OPEN = r"[(\[{<\"']*"
_LETTER = _OPEN + r"(?P<letter>(?-i:[A-F])|[a-f])(?!\w|'\w)"
_CAPITAL = _OPEN + r"(?P<letter>(?-i:[A-F]))(?!\w|'\w)"
_NOUN = r"(?:(?:the\s+)?(?:option|choice|letter|answer|statement)s?\s*:?\s*)?"
_BE = r"(?:is|are|was|(?:would|must|should|will|has\s+to)\s+be|ist|lautet|w[äa]re|es|est|è)"
_SURELY = (
    r"(?:(?:most|very)\s+)?"
    r"(?:(?:likely|probably|clearly|definitely|therefore|thus|indeed|actually)\s+)?"
)
_ANSWER = r"\b(?:answer|antwort|respuesta|r[ée]ponse|risposta)\b"
_MARKS = r"['\"]?\s*[:=>,→\u2013\u2014-]*\s*"
_BOUNDARY = (
    r"(?:\A|[.!?:;,(\n]\s*|\b(?:option|choice|answer|letter|statement|so|thus|therefore|hence|that"
    r"|think|believe|and|but|because|only)\s+)"
)
_RIGHT = r"(?:correct|right|true|best|appropriate|supported|answer)\b"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.I | re.M) for pattern in patterns)


CONCLUSIONS = _patterns(
    rf"\bfinal\s+(?:answer|choice|option|decision)\b(?:\s+{_BE})?{_MARKS}{_NOUN}{_LETTER}",
    r"\b(?:so|therefore|thus|hence|consequently|in\s+conclusion|conclusion|by\s+elimination|leaves?"
    rf"|leaving)\b{_MARKS}(?:(?:only|us|with|me|just)\s+)*"
    r"(?:(?:it|this|that|i|we|my|the)(?:\s+(?:\w+\s+)?(?:answer|option|choice))?"
    rf"(?:\s+(?:would\s+)?(?:choose|pick|select|{_BE}))?{_MARKS})?{_SURELY}{_NOUN}{_LETTER}",
)
STATEMENTS = _patterns(
    rf"{_ANSWER}(?:\s*\([^()\n]*\))?(?:\s+{_BE})?{_MARKS}{_SURELY}{_NOUN}{_LETTER}",
    rf"{_ANSWER}[^.;:!?\n]{{0,80}}?\s{_BE}{_MARKS}{_SURELY}{_NOUN}{_LETTER}",
    r"\b(?:correct|right|best|chosen|selected|appropriate)(?:\s+(?:option|choice|letter|one|statement"
    rf"|response|selection))?(?:\s+{_BE}{_MARKS}|\s*[:=>→-]+\s*){_SURELY}{_NOUN}{_LETTER}",
    rf"{_BOUNDARY}{_LETTER}[)\]}}>\"']*\s+(?:{_BE}|seems|appears|looks)\s+(?:to\s+be\s+)?"
    rf"(?:\w+\s+){{0,3}}?{_RIGHT}",
    r"\b(?:choose|chose|pick|picked|select|selected|opt\s+for|go(?:ing)?\s+(?:with|for)|went\s+with"
    rf"|vote\s+for|settle\s+on|(?:would|'d)\s+say)\s+{_NOUN}{_LETTER}",
    rf"\b(?:it|this|that)(?:'s|\s+{_BE})\s+{_SURELY}{_NOUN}{_LETTER}",
    rf"\b(?:think|believe)\s+(?:that\s+)?{_NOUN}{_LETTER}",
    rf"\[\s*x\s*\]\s*{_LETTER}",
    rf"\bnot\s+[^.;:!?\n]{{0,40}}\bbut\s+(?:rather\s+)?{_NOUN}{_LETTER}",
)
HEDGED = _patterns(
    rf"{_ANSWER}[^.;:!?\n]{{0,40}}?\b(?:seems?|appears?|might|may|could)(?:\s+to)?(?:\s+be)?"
    rf"{_MARKS}{_NOUN}{_LETTER}",
)
_GUESS = (
    r"(?:\b(?:probably|maybe|perhaps|definitely|clearly|likely|(?:must|should)\s+be|i\s+guess)\s+)?"
)
LEADING = _patterns(rf"\A\W*{_GUESS}(?:(?:option|choice|letter|selection|solution)\b\W*)?{_LETTER}")
OPTION = _patterns(rf"\b(?:option|choice|letter)(?:\s+{_BE})?\s*[:=-]?\s*{_LETTER}")
ALONE = _patterns(rf"(?:[.!?;]\s|\n)\s*{_GUESS}{_CAPITAL}[)\]}}>\"']*\s*(?:[.!?]|$)")
FIRST_LINE = re.compile(rf"\W*(?:option\s+)?{_LETTER}[^\w\n]*(?P<text>[^\n]*)", re.I)
"""A line that is an option: its letter, with its wording or without."""
LISTED = re.compile(
    r"(?:\A|(?<=[.!?;,\n])\s*)[-•]?\s*(?:[Oo]ption\s+)?[(\[]?(?P<letter>[A-F])(?:[.):\]]|\s+(?:is|was)\b|\s*(?=[✓✔✅✗✘❌]))"
)
"""The letter of an option in a list of several."""
INTRODUCTION = re.compile(
    r"\A\s*(?:(?:the\s+)?(?:(?:correct|right|best|final)\s+)?answer(?:\s+is)?\s*:?\s*)?"
    r"(?:\b(?:X|letter)\s*[:.)]|[?_]+\s*:)?\s*",
    re.I,
)
"""Words before the text of an option, with the placeholder that the prompt has for a letter."""
REQUESTED = re.compile(
    rf"\W*(?:the\s+)?(?:\w+\s+)?answer(?:\s+is)?\b{_MARKS}{_NOUN}{_LETTER}\W*", re.I
)
_ANOTHER = re.compile(
    r"\s*[)\]}>\"']*\s*(?:,|/|&|\bor\b|\band\b)\s*(?:(?:and|or|maybe|perhaps)\s+)?(?:[Oo]ption\s+)?"
    r"[(\[{<\"']*(?P<letter>[A-F])(?!\w|'\w|-\w)"
)
_CLOSE = r"[)\]}>\"']*"
_END = re.compile(
    r"[)\]}>]|"
    + _CLOSE
    + r"\s*(?:\Z|\n|[.,;:!?/&|(\[=→\u2013\u2014…✓✔✅]|-+(?:\s|\Z)|(?:because|since|as|is|was|and|or"
    r"|for|due|based|given|but|so|according|which|rather|instead|not"
    r"|over|are|were|can|could|may|might|seems|appears|looks|would|must|should)\b)"
)
_CAPITALISED = re.compile(_CLOSE + r"\s+[A-Z]")
_SMALL_END = re.compile(
    _CLOSE + r"\s*(?:\Z|\n|[.,;:!?](?:\s|\Z)|(?:because|since)\b)|[)\]}>\"']+(?:\s|\Z)"
)
_GENUS = re.compile(
    r"\.\s+(?!(?:the|it|this|that|and|but|so|in|he|she|they|there|as|is)\b)[a-z]{3}"
)
"""A capital with a dot before a small word: "E. coli", "C. difficile"."""


def is_letter(text: str, start: int, options: Mapping[str, str]) -> bool:
    """Tests if a single letter names an option: it is no article, and part of no other name.

    >>> [is_letter(text, 0, {}) for text in ("C because", "A patient", "E. coli", "a scan")]
    [True, False, False, False]
    """
    letter, rest = text[start], text[start + 1 :]
    if begins_with(rest, options.get(letter.upper())):
        return True
    if letter.islower():
        return _SMALL_END.match(rest) is not None
    if _GENUS.match(rest):
        return False
    return _END.match(rest) is not None or (letter != "A" and bool(_CAPITALISED.match(rest)))


def letter_before(text: str, start: int) -> str | None:
    """Returns the letter that "and" or "or" joins to the one at `start`; None if none."""
    other = re.search(
        r"(?<![\w'-])([A-F])\s*(?:,?\s*\b(?:or|and)\b|/|&)\s*[(\[{<\"']*\Z", text[:start]
    )
    return other[1] if other else None


def another_letter(text: str, end: int) -> re.Match[str] | None:
    """Returns the match of the letter that a list adds to the one before `end`; None if none."""
    other = _ANOTHER.match(text, end)
    return other if other and is_letter(text, other.start("letter"), {}) else None

"""The codes that a text names as diagnoses."""

import re
from collections.abc import Iterator

from clue.icd.notation import PATTERN, bare, dotted
from clue.icd.other_meanings import is_diagnosis
from clue.icd.releases import code_list
from clue.icd.repairs import repaired

_TOKEN = re.compile(rf"(?<![^\W_])(?<!\.)(?P<code>{PATTERN})(?![^\W_]|\.\w)")
_SEPARATORS = r",;:|/\\(\[{\"'`*•=+&→>\u2013\u2014"
_BEFORE = re.compile(
    rf"(?:^|[{_SEPARATORS}_#]|\s-|^-|\d[.)]|\b(?:and|or|with|codes?))\s*[\"'`*(\[]*\Z", re.I
)
"""Matches before a list item: the line's beginning, a separator, a bullet or a number."""
_AFTER = re.compile(
    rf"[\"'`*)\]}}†‡_?!]*\s*(?:$|[{_SEPARATORS}.<]|\s-|-\s|(?:and|or|with)\b)", re.I
)
"""Matches after a list item: the line's end, a separator, the bracket or dash of a description."""


def codes(text: str) -> list[str]:
    """Returns the distinct codes of a text in dotted form, in the order of their first mention.

    Cut codes are joined first (`clue.icd.repairs`). Then a letter with digits counts as a code if

    1. it has the dot of a code: "E11.9", "e11.9", "S72.001A"; or
    2. it is a complete item of a list, in any notation: "i10, B12" or `["E119"]`; or
    3. the code or heading exists, and it is in capitals or begins or ends an item: "I10
       hypertension", "diagnosed with I10", "hypertension i10";

    and if it means a diagnosis that the text affirms (`clue.icd.other_meanings`). So "vitamin B12"
    (no such heading), "every Q12H", "the p53 gene" and "not I11.9" contain no code. Codes that do
    not exist count by rules 1 and 2, since an invented code is a wrong answer.

    >>> codes("I10, e119 and vitamin B12; not I11.9")
    ['I10', 'E11.9']
    """
    tokens = (dotted(token) for line in repaired(text).splitlines() for token in _tokens(line))
    return list(dict.fromkeys(tokens))


def _tokens(line: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line):
        token = match["code"]
        if _has_form(line, match) and is_diagnosis(
            token, line[: match.start()], line[match.end() :]
        ):
            yield token


def _has_form(line: str, match: re.Match[str]) -> bool:
    token = match["code"]
    begins_item = _BEFORE.search(line, 0, match.start()) is not None
    ends_item = _AFTER.match(line, match.end()) is not None
    if "." in token or (begins_item and ends_item):
        return True
    return (begins_item or ends_item or token.isupper()) and bare(token) in code_list()

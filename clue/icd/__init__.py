"""ICD-10-CM: extraction of codes from text, and the list of valid codes."""

from clue.icd.counting import COUNTING_RUN, is_counting, longest_counting_run
from clue.icd.notation import bare, dotted, is_code
from clue.icd.reading import codes
from clue.icd.releases import (
    CodeList,
    authors_codes,
    authors_package,
    code_list,
    code_list_packages,
    description,
)

__all__ = [
    "COUNTING_RUN",
    "VERSION",
    "CodeList",
    "authors_codes",
    "authors_package",
    "bare",
    "code_list",
    "code_list_packages",
    "codes",
    "description",
    "dotted",
    "is_code",
    "is_counting",
    "longest_counting_run",
]

VERSION = 2
"""Version of `codes` and `longest_counting_run`; part of the id of every cell that uses them."""

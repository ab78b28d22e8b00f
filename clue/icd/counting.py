"""Answers that count through the codes instead of coding a stay."""

from collections.abc import Sequence
from itertools import pairwise

from clue.icd.notation import bare

COUNTING_RUN = 5
"""Length of a run of successive codes from which on an answer counts up."""


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

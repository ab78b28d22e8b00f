"""Prefix tree of texts: the part of them that a cache of prefixes has to read."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise


def distinct_prefixes(texts: Sequence[str]) -> int:
    """Returns the number of different non-empty prefixes of all texts: the nodes of their tree.

    It is the number of characters without those that a text shares with an earlier one from its
    beginning on. A sequence of token ids becomes a text by `chr`.

    >>> distinct_prefixes(["knee", "knees", "kidney"])
    10
    """
    ordered = sorted(texts)
    return sum(map(len, ordered)) - sum(shared_beginning(a, b) for a, b in pairwise(ordered))


def shared_beginning(first: str, second: str) -> int:
    """Returns the length of the common prefix, found by bisection: slices compare in C."""
    lengths = range(1, min(len(first), len(second)) + 1)
    return bisect_left(lengths, True, key=lambda length: first[:length] != second[:length])

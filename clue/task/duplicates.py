"""Clusters of items that are the same question: released exams contain some items twice.

Items of one cluster are dependent, so an interval that counted them apart would be too narrow. Both
rules compare words only, in small letters and without marks, and depend on the file alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from clue.data.left_out import Samples

WORDS = 5
"""Words of a shingle."""
SHARED = 0.4
"""Least share of the shorter text's shingles that two versions of a vignette have in common. In
MedQA's test file the shares of the five pairs above it are 0.51 to 0.89, and the next is 0.34."""
STANDARD = 50
"""A shingle of more texts than this is a standard phrase ("which of the following is the")."""


def clustered(samples: Samples, clusters: Sequence[str]) -> Samples:
    """Sets the cluster of each sample; returns the same list."""
    samples[:] = [
        replace(sample, cluster=cluster) for sample, cluster in zip(samples, clusters, strict=True)
    ]
    return samples


def verbatim(ids: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Returns the cluster of each item: the id of the first item with the same words.

    >>> verbatim(["a", "b", "c"], ["Which bone?", "Which nerve?", "Which  bone"])
    ['a', 'b', 'a']
    """
    first: dict[tuple[str, ...], str] = {}
    return [
        first.setdefault(tuple(_words(text)), name) for name, text in zip(ids, texts, strict=True)
    ]


def near(ids: Sequence[str], texts: Sequence[str], shared: float = SHARED) -> list[str]:
    """Returns the cluster of each item: the id of the first item of its chain of near-duplicates.

    Two texts are near-duplicates if they share enough shingles, runs of five words; standard
    phrases do not count as shared. Chains are followed: the versions of one vignette are one
    cluster.

    Args:
        ids: of the items, n.
        texts: of the items, n.
        shared: least share of the shorter text's shingles, 0 to 1.

    >>> knee = "a woman of fifty has a painful knee after a fall from her horse"
    >>> near(["a", "b", "c"], [f"{knee}. What now?", "Which nerve?", f"{knee}. Which scan?"])
    ['a', 'b', 'a']
    """
    shingles = [_shingles(text) for text in texts]
    first = list(range(len(ids)))
    for (one, other), count in sorted(_common(shingles).items()):
        if count >= shared * min(len(shingles[one]), len(shingles[other])):
            low, high = sorted((_root(first, one), _root(first, other)))
            first[high] = low
    return [ids[_root(first, number)] for number in range(len(ids))]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _shingles(text: str) -> set[tuple[str, ...]]:
    """Runs of `WORDS` words; of a shorter text all its words are one."""
    words = _words(text)
    return {tuple(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))}


def _common(shingles: Sequence[set[tuple[str, ...]]]) -> Counter[tuple[int, int]]:
    """Numbers of two texts to the count of shingles that both have, without standard phrases."""
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, of_text in enumerate(shingles):
        for shingle in of_text:
            holders[shingle].append(number)
    return Counter(
        pair
        for numbers in holders.values()
        if len(numbers) <= STANDARD
        for pair in combinations(numbers, 2)
    )


def _root(first: Sequence[int], number: int) -> int:
    while first[number] != number:
        number = first[number]
    return number

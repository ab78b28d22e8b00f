"""What prompts have in common at their beginning, so that it is read once.

All prompts of a short task begin with the same worked examples; those of a long one come in
families that begin with the same documents.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

BEGINNING_LEAST = 32
"""Tokens from which on what all prompts share is worth a cache of its own."""
FAMILY_SHARES = 512
"""Tokens that neighbours of a family must share beyond what is read already."""
FAMILY_SAVES = 1024
"""Tokens that a family must save: a pass of its own costs a GPU about as much as these."""

Row = list[int]


def shared(first: Row, second: Row) -> int:
    """Tokens that begin both; at least the last token of each stays outside."""
    most = min(len(first), len(second)) - 1
    return next((i for i in range(most) if first[i] != second[i]), max(most, 0))


def common_beginning(rows: Sequence[Row]) -> Row:
    """Tokens that begin every row, if they are worth it."""
    if len(rows) < 2:
        return []
    length = shared(min(rows), max(rows))  # what the lexicographic extremes share, all share
    return rows[0][:length] if length >= BEGINNING_LEAST else []


def reading_order(rows: Sequence[Row], known: int) -> list[int]:
    """Indices with the members of a family side by side, families and others the longest first.

    Args:
        rows: token ids of the prompts, shape (n, any).
        known: tokens that begin all of them.
    """
    places = sorted(range(len(rows)), key=lambda index: rows[index])
    families = list(runs([rows[index] for index in places], known))
    parts = [places[first:last] for first, last in families]
    parts += [[place] for place in set(places) - {place for part in parts for place in part}]
    return [
        place
        for part in sorted(parts, key=lambda part: (-max(len(rows[i]) for i in part), min(part)))
        for place in part
    ]


def runs(rows: Sequence[Row], known: int) -> Iterator[tuple[int, int]]:
    """First and last (excluded) of neighbours that share so much that it is worth reading once."""
    overlaps = [shared(a, b) - known for a, b in pairwise(rows)]
    first = 0
    for last in range(1, len(rows) + 1):
        if last < len(rows) and overlaps[last - 1] >= FAMILY_SHARES:
            continue
        members = last - first
        if members > 1 and (members - 1) * min(overlaps[first : last - 1]) >= FAMILY_SAVES:
            yield first, last
        first = last

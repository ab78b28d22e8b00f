"""Prefixes that prompts share, so that each is read once.

All prompts of a short task begin with the same worked examples. Prompts of a long task form
families that begin with the same documents, and those of a population of prompts form one for each
wording with its worked examples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MIN_PREFIX = 32
"""Tokens; a shorter prefix of all prompts is not worth a cache of its own."""
MIN_FAMILY_PREFIX = 64
"""Tokens that neighbours of a family share at least, in addition to what is read already."""
FAMILY_SAVING = {"cpu": 256}
"""Tokens that a family saves at least, by type of device: a pass of its own costs about as much as
reading these."""
FAMILY_SAVING_ELSEWHERE = 1024

MIN_PREFIX_SHARE = 1 / 8
"""Share of a prompt that must be in the prefix: attention over a complete prompt is faster by about
as much."""

TokenIds = list[int]


@dataclass(frozen=True)
class PrefixGroup:
    """Neighbouring rows that begin with the same prefixes."""

    first: int
    last: int
    """The row after the group."""
    prefixes: tuple[int, ...]
    """Lengths of the nested prefixes, the shortest first."""

    @property
    def prefix(self) -> int:
        """Length of the longest prefix.

        >>> PrefixGroup(0, 2, (40, 70)).prefix, PrefixGroup(0, 2, ()).prefix
        (70, 0)
        """
        return self.prefixes[-1] if self.prefixes else 0


def shared_length(first: TokenIds, second: TokenIds) -> int:
    """Length of the common prefix; at least the last token of both is not part of it."""
    limit = min(len(first), len(second)) - 1
    return next((i for i in range(limit) if first[i] != second[i]), max(limit, 0))


def common_prefix(rows: Sequence[TokenIds]) -> TokenIds:
    """Tokens that begin every row; empty if there are fewer than `MIN_PREFIX`."""
    prefix = shared_by_all(rows) if len(rows) > 1 else []
    return prefix if len(prefix) >= MIN_PREFIX else []


def shared_by_all(rows: Sequence[TokenIds]) -> TokenIds:
    """Tokens that begin every row, without the last token of any."""
    # all rows share what the lexicographic extremes share
    return rows[0][: shared_length(min(rows), max(rows))]


def family_saving(device: str) -> int:
    """Returns the tokens that a family saves at least on a type of device.

    >>> family_saving("cpu") < family_saving("cuda")
    True
    """
    return FAMILY_SAVING.get(device, FAMILY_SAVING_ELSEWHERE)


def reading_order(rows: Sequence[TokenIds], prefix_length: int, saving: int) -> list[int]:
    """Indices with the members of a family next to each other, the longest family or row first.

    Args:
        rows: token ids of the prompts, shape (n, any).
        prefix_length: tokens that begin all of them.
        saving: `family_saving` of the device.
    """
    return _in_order(rows, sorted(range(len(rows)), key=lambda i: rows[i]), prefix_length, saving)


def _in_order(
    rows: Sequence[TokenIds], by_text: Sequence[int], prefix_length: int, saving: int
) -> list[int]:
    """`reading_order` of some of the rows, which are sorted by text."""
    blocks: list[list[int]] = []
    alone = set(by_text)
    for first, last in families([rows[i] for i in by_text], prefix_length, saving):
        members = by_text[first:last]
        common = shared_length(rows[members[0]], rows[members[-1]])
        blocks.append(_in_order(rows, members, common, saving))
        alone -= set(members)
    blocks += [[index] for index in alone]
    blocks.sort(key=lambda block: (-max(len(rows[index]) for index in block), min(block)))
    return [index for block in blocks for index in block]


def families(
    rows: Sequence[TokenIds], prefix_length: int, saving: int
) -> Iterator[tuple[int, int]]:
    """First and last (excluded) of neighbours whose common prefix is worth a pass of its own.

    Args:
        rows: token ids of the prompts, those with a common prefix next to each other.
        prefix_length: tokens that begin all of them and are read already.
        saving: `family_saving` of the device.
    """
    overlaps = [shared_length(a, b) - prefix_length for a, b in pairwise(rows)]
    first = 0
    for last in range(1, len(rows) + 1):
        if last < len(rows) and overlaps[last - 1] >= MIN_FAMILY_PREFIX:
            continue
        members = last - first
        if members > 1 and (members - 1) * min(overlaps[first : last - 1]) >= saving:
            yield first, last
        first = last


def prefix_groups(
    rows: Sequence[TokenIds], prefixes: tuple[int, ...], saving: int, first: int = 0
) -> Iterator[PrefixGroup]:
    """Divides rows into groups that share prefixes.

    Args:
        rows: token ids of the prompts, in `reading_order`.
        prefixes: lengths of the prefixes that all rows share, the shortest first.
        saving: `family_saving` of the device.
        first: number of the first row.

    Yields:
        The groups in the order of the rows. The prefix of a family of prompts stays part of its
        longest prompt if it is a small share of it.
    """
    done = 0
    for start, end in families(rows, prefixes[-1] if prefixes else 0, saving):
        yield from _group(rows, done, start, prefixes, first)
        members = rows[start:end]
        nested = (*prefixes, len(shared_by_all(members)))
        yield from prefix_groups(members, nested, saving, first + start)
        done = end
    yield from _group(rows, done, len(rows), prefixes, first)


def _group(
    rows: Sequence[TokenIds], start: int, end: int, prefixes: tuple[int, ...], first: int
) -> Iterator[PrefixGroup]:
    """The group of some rows, unless there are none."""
    if start < end:
        longest = max(len(row) for row in rows[start:end])
        is_worth_it = prefixes and is_large_share(prefixes[-1], longest)
        yield PrefixGroup(first + start, first + end, prefixes if is_worth_it else ())


def is_large_share(prefix: int, longest: int) -> bool:
    """Returns whether a prefix is so much of a prompt that it is not read again with it.

    Args:
        prefix: length of the prefix.
        longest: length of the longest prompt that begins with it.
    """
    return prefix >= MIN_PREFIX_SHARE * longest

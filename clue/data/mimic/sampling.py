"""A random sample of a stream, in memory that the sample's size bounds."""

from heapq import heappush, heapreplace
from typing import Generic, TypeVar

from clue.records import sha256

T = TypeVar("T")


class Draw(Generic[T]):
    """Draws units (patients) without replacement, and one item (letter) of each.

    The units with the smallest digests are drawn, and of each the item with the smallest, so the
    order of the stream does not matter. Every unit is as likely as any other, however many items
    it has. An item that cannot be drawn any more is forgotten at once.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.seed = seed
        self._best: dict[str, tuple[str, T]] = {}
        """Unit to digest and item, for the units that are in the sample so far."""
        self._last: list[tuple[int, str]] = []
        """Heap of the same units; the first is the next to go."""

    def offer(self, unit: str, name: str, item: T) -> None:
        """Take part with an item; names are unique."""
        if unit not in self._best and not self._admit(unit):
            return
        digest = sha256([self.seed, unit, name])
        if unit not in self._best or digest < self._best[unit][0]:
            self._best[unit] = digest, item

    def drawn(self) -> list[T]:
        """The sample, in no particular order; smaller than asked for if there were fewer units."""
        return [item for _, item in self._best.values()]

    def _admit(self, unit: str) -> bool:
        place = -int(sha256([self.seed, unit]), 16), unit
        if len(self._last) < self.size:
            heappush(self._last, place)
            return True
        if place < self._last[0]:
            return False
        _, gone = heapreplace(self._last, place)
        del self._best[gone]
        return True

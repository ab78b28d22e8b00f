"""Random sample of a stream, in memory bounded by the sample's size."""

from heapq import heappush, heapreplace
from typing import Generic, TypeVar

from clue.records import sha256

T = TypeVar("T")


class StreamSample(Generic[T]):
    """Draws units (patients) without replacement, and one item (letter) of each.

    It draws the units with the smallest digests, and of each unit the item with the smallest
    digest, so the order of the stream does not matter. All units are equally likely, regardless of
    their number of items. An item that can no longer be drawn is dropped at once.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.seed = seed
        self._best: dict[str, tuple[str, T]] = {}
        """Digest and item by unit, for the units in the sample so far."""
        self._largest: list[tuple[int, str]] = []
        """Heap of the same units; the first has the largest digest and is replaced next."""

    def offer(self, unit: str, name: str, item: T) -> None:
        """Offers an item of the stream; names are unique."""
        if unit not in self._best and not self._admit(unit):
            return
        digest = sha256([self.seed, unit, name])
        if unit not in self._best or digest < self._best[unit][0]:
            self._best[unit] = digest, item

    def drawn(self) -> list[T]:
        """Returns the sample, in no particular order; smaller than `size` if units are fewer."""
        return [item for _, item in self._best.values()]

    def _admit(self, unit: str) -> bool:
        rank = -int(sha256([self.seed, unit]), 16), unit
        if len(self._largest) < self.size:
            heappush(self._largest, rank)
            return True
        if rank < self._largest[0]:
            return False
        _, replaced = heapreplace(self._largest, rank)
        del self._best[replaced]
        return True

"""Rows of a released file that cannot be asked or scored: left out, counted and named by place."""

from collections.abc import Iterable

from clue.common.plural import counted
from clue.records import Sample

LISTED = 5
"""Most rows that a note names."""
LEFT_OUT = ("left out: ", "ignored: ")
"""Beginnings of notes."""


class Samples(list[Sample]):
    """Samples of a file, and notes on the rows that were left out."""

    def __init__(self, samples: Iterable[Sample], left_out: "LeftOut") -> None:
        super().__init__(samples)
        self.rows = len(self) + left_out.count
        """Rows of the file, with those that were left out, without blank ones."""
        self.notes = left_out.notes()


class LeftOut:
    """Collects places and reasons while a file is read; a note quotes no cell."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self._blank = 0

    @property
    def count(self) -> int:
        """Number of rows that were left out, without blank ones."""
        return sum(map(len, self._places.values()))

    def add(self, place: str, reason: str) -> None:
        """Leaves a row out, for example "row 7", because it is "without a reference"."""
        self._places.setdefault(reason, []).append(place)

    def add_blank(self) -> None:
        """Ignores a row that is blank in every column."""
        self._blank += 1

    def notes(self) -> tuple[str, ...]:
        """Returns a note per reason."""
        notes = [
            f"{LEFT_OUT[0]}{counted(len(places), 'row')} {reason} ({_some(places)})"
            for reason, places in self._places.items()
        ]
        if self._blank:
            notes.append(f"{LEFT_OUT[1]}{counted(self._blank, 'row')} blank in every column")
        return tuple(notes)


def _some(places: list[str]) -> str:
    more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
    return ", ".join(places[:LISTED]) + more

"""Stored cells as a table of at most 80 columns: models apart, reasons and notes below it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from clue.cli.store.listed_cell import ListedCell
from clue.common.plural import counted
from clue.store.addresses import Address, distinct

COLUMNS = ("task", "cell", "n", "limit", "made", "wording", "counts", "study")
GAP = "  "
NUMBERS = ("n", "limit")
DIGITS = 8
"""Digits of a fingerprint that are shown."""
SHORT = 6
"""Digits of a table's id that are shown."""


class _Group(NamedTuple):
    """Cells below one heading."""

    model: str
    prompt: str
    backend: str

    @property
    def heading(self) -> str:
        prompt = f", prompt {self.prompt}" if self.prompt else ""
        return f"{self.model}{prompt}{f', {self.backend}' if self.backend else ''}"


def lines(cells: Sequence[ListedCell], study: str, locations: str = "") -> Iterator[str]:
    """Yields the lines of the table.

    Args:
        cells: of the store.
        study: name of the chosen study.
        locations: options of a command that is printed, `clue.config.locations.options`.
    """
    if not cells:
        yield "no cell of the store matches"
        return
    ordered = sorted(cells, key=lambda cell: (*_group(cell), cell.task, cell.fingerprint))
    texts = list(dict.fromkeys(cell.reason for cell in ordered if cell.reason))
    numbers = {text: number for number, text in enumerate(texts, start=1)}
    rows = {id(cell): _row(cell, numbers) for cell in ordered}
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows.values(), strict=True)]
    yield _line(COLUMNS, widths)
    for group, members in groupby(ordered, key=_group):
        yield group.heading
        yield from (_line(rows[id(cell)], widths) for cell in members)
    yield ""
    yield from (f"{number}: {text}" for text, number in numbers.items())
    yield from _tables(ordered)
    yield from _names(ordered)
    yield from _notes(ordered)
    yield _total(ordered, study)
    if undecided := [_address(cell) for cell in ordered if cell.counts == "choose"]:
        address = distinct(undecided[0], undecided)
        yield f"Choose one: python -m clue store use {address}{locations}"


def _group(cell: ListedCell) -> _Group:
    return _Group(cell.model, cell.prompt, cell.backend)


def _row(cell: ListedCell, numbers: dict[str, int]) -> tuple[str, ...]:
    standing = cell.counts or (cell.state if cell.state != "finished" else "-")
    return (
        f"{GAP}{cell.task}",
        cell.fingerprint[:DIGITS],
        str(cell.n),
        "-" if cell.limit is None else str(cell.limit),
        cell.made[:10] or "-",
        cell.wording or "-",
        f"{standing} {numbers[cell.reason]}" if cell.reason else standing,
        ", ".join(cell.study),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    texts = [
        text.rjust(width) if name in NUMBERS else text.ljust(width)
        for name, text, width in zip(COLUMNS, row, widths, strict=True)
    ]
    return GAP.join(texts).rstrip()


def _tables(cells: Sequence[ListedCell]) -> Iterator[str]:
    """Addresses of the tables of a generation that has several."""
    by_generation: dict[Address, list[ListedCell]] = {}
    for cell in cells:
        if cell.table:
            generation = Address(cell.model, cell.fingerprint[:DIGITS])
            by_generation.setdefault(generation, []).append(cell)
    for generation, tables in by_generation.items():
        if len(tables) > 1:
            digits = distinct(generation, by_generation)
            shown = (f"{digits}/{cell.table[:SHORT]} (n {cell.n})" for cell in tables)
            yield f"{digits} has {len(tables)} tables: {', '.join(shown)}"


def _names(cells: Sequence[ListedCell]) -> Iterator[str]:
    """Cells that count under another name than the one that they were evaluated under."""
    for cell in cells:
        others = [
            name for name in cell.counts_as if name != f"{cell.model}/{cell.task}/{cell.prompt}"
        ]
        if others:
            yield f"{cell.fingerprint[:DIGITS]} counts as {', '.join(others)}"


def _notes(cells: Sequence[ListedCell]) -> Iterator[str]:
    for text in dict.fromkeys((cell.fingerprint[:DIGITS], cell.note) for cell in cells):
        if text[1]:
            yield f"note on {text[0]}: {text[1]}"


def _total(cells: Sequence[ListedCell], study: str) -> str:
    size = sum(cell.bytes for cell in cells) / 2**20
    numbers = Counter(cell.counts for cell in cells)
    texts = [
        counted(numbers[standing], one, several)
        for standing, one, several in (
            ("yes", "counts", "count"),
            ("trial", "trial", "trials"),
            ("choose", "to choose from", "to choose from"),
        )
        if numbers[standing]
    ]
    total = f"{counted(len(cells), 'cell')}, {size:.1f} MiB"
    return f"{total}; {study}: {', '.join(texts)}" if texts else total


def _address(cell: ListedCell) -> Address:
    return Address(cell.model, cell.fingerprint, cell.table)

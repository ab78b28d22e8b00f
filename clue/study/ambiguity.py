"""Several stored cells that fit the same declared cell: their differences, and the choice."""

from collections.abc import Iterator, Sequence

from clue.records import dotted
from clue.store.addresses import Address, distinct
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey
from clue.study.mismatch import difference

MOST_DIFFERENCES = 3
"""Differences between two cells that are named."""


def address_among(table: StoredTable, tables: Sequence[StoredTable]) -> Address:
    """Returns the shortest address that tells a table from the others."""
    return distinct(table.address, [other.address for other in tables])


def fitting_cells(tables: Sequence[StoredTable]) -> str:
    """Names two or more tables and the words in which they differ."""
    addresses = [str(address_among(table, tables)) for table in tables]
    differences = table_differences(tables[0], tables[1])
    return f"{len(tables)} stored cells fit: {' and '.join(addresses)}; {differences}"


def table_differences(first: StoredTable, second: StoredTable) -> str:
    """Returns the words in which settings and scorers of two tables differ."""
    lines = list(_differences(first, second)) or ["only their answers differ"]
    return "; ".join(lines[:MOST_DIFFERENCES])


def choice_note(key: CellKey, choice: StoredTable, tables: Sequence[StoredTable]) -> str:
    """Returns the sentence on a choice for readers of the results."""
    addresses = {table.path: str(address_among(table, tables)) for table in tables}
    chosen = addresses.pop(choice.path)
    others = ", ".join(addresses.values())
    return f"{key.name}: {chosen} was chosen with `clue store use`, not {others}"


def _differences(first: StoredTable, second: StoredTable) -> Iterator[str]:
    settings = [dict(dotted(table.facts["generation"])) for table in (first, second)]
    for key in sorted({*settings[0], *settings[1]}):
        if settings[0].get(key) != settings[1].get(key):
            yield difference(key, settings[0].get(key), settings[1].get(key))
    for name in sorted({*first.signatures, *second.signatures}):
        values = first.signatures.get(name), second.signatures.get(name)
        if values[0] != values[1]:
            yield difference(f"scorer of {name}", *values)

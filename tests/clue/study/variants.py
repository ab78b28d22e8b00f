"""Copies of a stored cell that differ in one thing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clue.records import sha256
from clue.store.completions import CellStore
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.store.stored_tables import StoredTable, stored_tables


def variant(
    table: StoredTable,
    folder: Path,
    weights: str,
    *,
    changed: bool = False,
    facts: Mapping[str, Any] | None = None,
) -> StoredTable:
    """The same cell from other weights; `changed`: with another answer."""
    content = read_table(table.path)
    generation = table.facts["generation"]
    generation = {**generation, "backend": {**generation["backend"], "weights": weights}}
    first, *others = content.records
    first = replace(first, answer="neutral" if first.answer != "neutral" else None)
    records = [first, *others] if changed else content.records
    fingerprint = sha256(generation)
    identity = {"id": sha256([table.facts["id"], fingerprint]), "fingerprint": fingerprint}
    new = {**content.facts, "generation": generation, **identity, **(facts or {})}
    store = CellStore(folder / Path(*table.path.parts[-4:-2]) / fingerprint[:16])
    path = write_table(
        store.records_path(new["id"]), RecordsTable(records, content.signatures, new)
    )
    store.describe(generation)
    (stored,) = (one for one in stored_tables(folder.parent) if one.path == path)
    return stored

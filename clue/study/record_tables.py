"""The tables from which records are read: those that count in a study, or the only ones there."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clue.config.locations import options
from clue.config.schema import PathsConf
from clue.errors import StoreError
from clue.metrics import choice
from clue.records import sha256
from clue.store import annotations_file
from clue.store.addresses import distinct, parse
from clue.store.generations import generations, table_address
from clue.store.records_table import RecordsTable, read_table
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey, declare, load
from clue.study.membership import membership
from clue.study.resolution import resolve
from clue.study.stored_models import stored_models


@dataclass(frozen=True)
class NamedTable:
    """A table under the name by which it was chosen."""

    key: CellKey
    path: Path
    table: RecordsTable

    def describe(self) -> str:
        """Address and size, for people."""
        facts = self.table.facts
        backend = facts.get("generation", {}).get("backend", {}).get("name", "unknown")
        return f"n {len(self.table.records)}, limit {facts.get('limit')}, backend {backend}"


@dataclass(frozen=True)
class RecordFilter:
    """Conditions on cells; None accepts all."""

    model: str | None = None
    task: str | None = None
    prompt: str | None = None
    fingerprint: str | None = None
    """Address, `clue.store.addresses`."""

    def criteria(self) -> dict[str, str]:
        """Names and values of the conditions."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def accepts(self, key: CellKey, path: Path) -> bool:
        """Tests a table under a name."""
        address = self.fingerprint is None or parse(self.fingerprint).matches(table_address(path))
        return address and all(
            getattr(self, name) in (None, getattr(key, name)) for name in CellKey._fields
        )


def tables_of_study(study: str, paths: PathsConf, chosen: RecordFilter) -> list[NamedTable]:
    """Reads the tables that count in a study, under their declared names.

    Raises:
        ConfigError: there is no such study, or it cannot be used.
        StoreError: there is no such store, a table is damaged, or several cells fit a declared one.
    """
    list(generations(paths.store))  # the store exists
    stored = stored_tables(paths.store)
    declaration = declare(load(study), stored_models(stored))
    expected = resolve(declaration, paths).resolver.cell
    annotations = annotations_file.read(paths.store)
    locations = options(paths, "mlruns", "data")
    members = membership(declaration, stored, expected, annotations.chosen, locations)
    for case in members.ambiguous:
        if any(chosen.accepts(case.key, table.path) for table in case.tables):
            raise StoreError(f"{case.key.name}: {case.reason}")
    return [
        NamedTable(key, table.path, read_table(table.path))
        for key, table in members.counted.items()
        if chosen.accepts(key, table.path)
    ]


def only_tables(mlruns: Path, chosen: RecordFilter) -> list[NamedTable]:
    """Reads the tables of a store under the names of their evaluation, one for each name.

    Raises:
        StoreError: there is no such store, a table is damaged, or tables of one name have
            different records.
    """
    by_name: dict[CellKey, list[NamedTable]] = {}
    for table in _tables(mlruns, chosen):
        by_name.setdefault(table.key, []).append(table)
    return [_only(tables) for _, tables in sorted(by_name.items())]


def _tables(mlruns: Path, chosen: RecordFilter) -> Iterator[NamedTable]:
    for generation in generations(mlruns):
        if chosen.model in (None, generation.model) and chosen.task in (None, generation.task):
            for path in generation.tables():
                table = read_table(path)
                prompt = str(table.facts.get("prompt"))
                key = CellKey(prompt, generation.model, generation.task)
                if chosen.accepts(key, path):
                    yield NamedTable(key, path, table)


def _only(tables: Sequence[NamedTable]) -> NamedTable:
    """The table of a name; of several with equal records the first, with likelihoods if any is."""
    contents = {
        sha256([choice.without(record).row() for record in table.table.records]) for table in tables
    }
    if len(contents) == 1:
        return min(tables, key=lambda table: choice.NAME not in table.table.signatures)
    addresses = [table_address(table.path) for table in tables]
    lines = [
        f"  {distinct(address, addresses)}  {table.describe()}"
        for address, table in zip(addresses, tables, strict=True)
    ]
    example = distinct(addresses[0], addresses)
    raise StoreError(
        f"{tables[0].key.name} has {len(tables)} tables with different records:\n"
        + "\n".join(lines)
        + f'\nChoose the one that counts in a study, study="paper", or one: fingerprint="{example}"'
    )

"""Tables of finished cells with their facts: what a store contains, read without records."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.errors import StoreError
from clue.store.addresses import DIGITS, Address
from clue.store.format import check_format
from clue.store.records_table import FACTS, SIGNATURES
from clue.store.sealed_parquet import Footer, read_columns, read_footer

log = logging.getLogger(__name__)

COUNTED = {"repeat": "repeats", "draw": "draws"}
"""Column of a number from 0 to the field with its count."""
REQUIRED_FACTS = (*("model", "task", "prompt", "dataset", "score", "generation", "fingerprint"),)


@dataclass(frozen=True)
class StoredTable:
    """The records table of a finished cell."""

    path: Path
    facts: Mapping[str, Any]
    """`clue.tracking.tags.facts`."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    rows: int = 0
    """Number of records."""
    repeats: int | None = None
    """Presentations of a question; None = the table has no such column."""
    draws: int = 1
    """Answers to each prompt."""

    @property
    def prompts(self) -> int:
        """Number of records without further draws of a prompt, which limits and studies count."""
        return self.rows // self.draws

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>` as it was evaluated, for people."""
        return f"{self.facts['model']}/{self.facts['task']}/{self.facts['prompt']}"

    @property
    def fingerprint(self) -> str:
        """First 16 digits of the fingerprint of its generation."""
        return str(self.facts["fingerprint"])[:16]

    @property
    def address(self) -> Address:
        """Address of the table in its store."""
        table = self.path.stem.removeprefix("records-")[:DIGITS]
        return Address(str(self.facts["model"]), self.fingerprint, table)

    @property
    def backend(self) -> str:
        """Name of the backend that generated its answers."""
        return str(self.facts["generation"]["backend"]["name"])


def stored_tables(mlruns: Path) -> list[StoredTable]:
    """Returns the tables of a store, sorted by path; logs those that cannot be used.

    Raises:
        StoreError: the store's format is newer than this version.
    """
    check_format(mlruns)
    return list(_readable(mlruns))


def read_facts(path: Path) -> StoredTable:
    """Reads the facts of a table, which may lack some.

    Raises:
        StoreError: the file is damaged.
    """
    import pyarrow as pa

    try:
        footer = read_footer(path)
        facts = json_text.parse(footer.metadata.get(FACTS, b"{}"))
        signatures = json_text.parse(footer.metadata.get(SIGNATURES, b"{}"))
        counts = _counts(path, footer)
    except (pa.ArrowException, OSError, TypeError, ValueError) as error:
        raise StoreError(f"{path} is left out: damaged ({type(error).__name__})") from error
    return StoredTable(path, facts, signatures, footer.rows, **counts)


def lacking_fact(table: StoredTable) -> str | None:
    """Returns the reason why a table cannot be used; None if it has all facts."""
    absent = [name for name in REQUIRED_FACTS if name not in table.facts]
    if not absent:
        return None
    return (
        f"it lacks the fact {absent[0]}. Score the cell again: repeat its command with "
        "backend=replay force=true, which writes a table with this fact"
    )


def _readable(mlruns: Path) -> Iterator[StoredTable]:
    for path in sorted(mlruns.glob("cells/*/*/*/records-*.parquet")):
        try:
            table = read_facts(path)
        except StoreError as error:
            log.warning("%s", error)
            continue
        reason = lacking_fact(table)
        if reason is None:
            yield table
        else:
            log.warning("%s is left out: %s", path, reason)


def _counts(path: Path, footer: Footer) -> dict[str, int]:
    """Highest numbers of a presentation and a draw plus one; read: statistics have no checksum."""
    import pyarrow.compute as pc

    names = {column: name for column, name in COUNTED.items() if column in footer.names}
    columns = read_columns(path, list(names))
    highest = {name: pc.max(columns[column]).as_py() for column, name in names.items()}
    return {name: 1 + int(number) for name, number in highest.items() if number is not None}

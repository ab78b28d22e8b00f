"""Generations in a store: every stored generation of a model on a task, with its tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.errors import StoreError
from clue.records import sha256
from clue.store.addresses import DIGITS, Address
from clue.store.completions import CellStore
from clue.store.format import check_format


@dataclass(frozen=True)
class Generation:
    """A folder `cells/<task>/<model>/<fingerprint>`."""

    folder: Path

    @property
    def task(self) -> str:
        """Name of the task file."""
        return self.folder.parent.parent.name

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.folder.parent.name

    @property
    def fingerprint(self) -> str:
        """First 16 digits of the fingerprint."""
        return self.folder.name

    @property
    def address(self) -> Address:
        """Address of the generation."""
        return Address(self.model, self.fingerprint)

    @property
    def name(self) -> str:
        """`<model>/<task>`, for people."""
        return f"{self.model}/{self.task}"

    @property
    def store(self) -> CellStore:
        """Store of the completions."""
        return CellStore(self.folder)

    @property
    def description(self) -> Path:
        """Path of the settings that the fingerprint is the digest of."""
        return self.folder / "cell.json"

    def settings(self) -> dict[str, Any]:
        """Settings of `description`; empty if the file is missing or damaged."""
        try:
            settings = json_text.parse(self.description.read_bytes())
        except (OSError, ValueError):
            return {}
        return settings if isinstance(settings, dict) else {}

    @property
    def is_described(self) -> bool:
        """True if `description` has the settings whose digest names the folder."""
        return sha256(self.settings()).startswith(self.fingerprint)

    def tables(self) -> list[Path]:
        """Paths of the tables of finished cells, sorted: the same order in every copy."""
        return sorted(self.folder.glob("records-*.parquet"))

    def bytes(self) -> int:
        """Size on disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())


def generations(mlruns: Path) -> Iterator[Generation]:
    """Yields all generations of a store, sorted by task, model and fingerprint.

    Raises:
        StoreError: there is no such store, or its format is newer than this version.
    """
    check_format(mlruns)
    cells = mlruns / "cells"
    if not cells.is_dir():
        raise StoreError(
            f"{mlruns} has no cells; give the store with --mlruns <folder>, or create one: "
            "python run.py -m study=demo"
        )
    for folder in sorted(cells.glob("*/*/*")):
        if folder.is_dir():
            yield Generation(folder)


def stored_addresses(mlruns: Path, *, tables: bool) -> dict[Address, str]:
    """Returns the addresses of all generations or of all their tables, each with a description.

    Raises:
        StoreError: there is no such store.
    """
    addresses: dict[Address, str] = {}
    for generation in generations(mlruns):
        if tables:
            addresses |= {table_address(path): generation.name for path in generation.tables()}
        else:
            addresses[generation.address] = generation.name
    return addresses


def table_address(path: Path) -> Address:
    """Returns the address of a table by its path in the store."""
    model, fingerprint, name = path.parts[-3], path.parts[-2], path.stem
    return Address(model, fingerprint, name.removeprefix("records-")[:DIGITS])

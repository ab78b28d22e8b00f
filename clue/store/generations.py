"""Generations in a store: every stored generation of a model on a task, with its tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clue.errors import StoreError
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
    def store(self) -> CellStore:
        """Store of the completions."""
        return CellStore(self.folder)

    @property
    def description(self) -> Path:
        """Path of the settings that the fingerprint is the digest of."""
        return self.folder / "cell.json"

    def tables(self) -> list[Path]:
        """Paths of the tables of finished cells, oldest first."""
        paths = self.folder.glob("records-*.parquet")
        return sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name))

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

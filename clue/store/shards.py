"""Lines of one cell that several processes append at once: a file for each shard.

    completions.jsonl          of a process that does the whole cell, and of merged shards
    completions-2of4.jsonl     of the second of four shards

Readers take the union of all files, so that the number of shards may change between two commands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.store.checked_lines import CheckedLines


@dataclass(frozen=True)
class Shard:
    """One of several parts of a cell's prompts."""

    number: int
    """From 1."""
    count: int

    def __str__(self) -> str:
        return f"shard {self.number} of {self.count}"

    @property
    def suffix(self) -> str:
        """Ending of the names of its files."""
        return f"-{self.number}of{self.count}"


class ShardedLines:
    """Lines of all shards; a shard appends to its own file.

    Args:
        folder: of the cell.
        stem: name of the files without suffix and extension.
        shard: part of the cell that this process works on; None = the whole cell.
        verb: the act of a command that makes lines again, for messages.
    """

    def __init__(
        self, folder: Path, stem: str, shard: Shard | None = None, verb: str = "generates"
    ) -> None:
        self.folder = folder
        self.stem = stem
        self.verb = verb
        self.is_whole = shard is None
        self.own = CheckedLines(folder / f"{stem}{shard.suffix if shard else ''}.jsonl", verb)

    @property
    def path(self) -> Path:
        """File that this process appends to."""
        return self.own.path

    def entries(self, *, repair: bool = False) -> Iterator[dict[str, Any]]:
        """Yields the entries of all files; those of the whole cell last.

        A merge adds lines to the file of the whole cell before it removes the shards' files. A
        reader that takes the shards first misses none.

        Args:
            repair: remove incomplete last lines of the files that this process may write. Only
                under the lock.

        Raises:
            StoreError: a file cannot be read, or a line in the middle is damaged; names the line.
        """
        for lines in self._files():
            is_own = lines.path == self.path
            yield from lines.entries(repair=repair and (self.is_whole or is_own))

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write one entry.

        Raises:
            StoreError: the disk is full or the file cannot be written.
        """
        self.own.append(entry)

    def merge(self) -> None:
        """Move the lines of all shards to the file of the whole cell; only under its lock.

        A process that is killed in between leaves lines twice, which readers count once.

        Raises:
            StoreError: a file cannot be read or written.
        """
        shards = self._shards()
        for lines in shards:
            for entry in lines.entries(repair=True):
                self.own.append(entry)
        if shards:
            self.own.sync()
        for lines in shards:
            lines.path.unlink()

    def discard(self) -> None:
        """Rename all files, so that their lines are made again (`force=true`)."""
        for lines in (*self._shards(), self.own):
            lines.discard()

    def damaged_ends(self) -> Iterator[tuple[Path, int]]:
        """Yields each file whose end is damaged, with the number of bytes.

        Raises:
            StoreError: a file cannot be read.
        """
        for lines in self._files():
            size = lines.damaged_end()
            if size:
                yield lines.path, size

    def sync(self) -> None:
        """Flush the file of this process to the disk."""
        self.own.sync()

    def _files(self) -> list[CheckedLines]:
        """Files of the shards, then that of the whole cell."""
        return [*self._shards(), CheckedLines(self.folder / f"{self.stem}.jsonl", self.verb)]

    def _shards(self) -> list[CheckedLines]:
        """Files of shards, in the order of their names; not those that were renamed."""
        form = re.compile(rf"{re.escape(self.stem)}-\d+of\d+\.jsonl")
        paths = sorted(self.folder.glob(f"{self.stem}-*.jsonl"))
        return [CheckedLines(path, self.verb) for path in paths if form.fullmatch(path.name)]

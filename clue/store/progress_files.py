"""Files of running sweeps in a store; small, replaced atomically, without text of a data set.

    <mlruns>/progress/<sweep>/sweep.json      the command: its process, its jobs, its folder
    <mlruns>/progress/<sweep>/job-<n>.json    a job: its process, its cells and what is done of them

A command removes its folder when it ends. A killed one cannot: readers see that its processes are
gone, and the next command of the store removes the folder.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.common.process_identity import ProcessIdentity
from clue.errors import StoreError
from clue.records import sha256

FOLDER = "progress"
SWEEP = "sweep.json"
BEAT_SECONDS = 2.0
"""Time between two writes of a file."""
DEAD_SECONDS = 180.0
"""A process of another machine counts as gone if it has written nothing for so long."""


@dataclass(frozen=True)
class ProgressFile:
    """Content of one file; an empty one if it cannot be read."""

    content: Mapping[str, Any]

    @property
    def beat(self) -> float:
        """Unix time of the last write."""
        return float(self.content.get("beat", 0.0))

    def is_alive(self, now: float) -> bool:
        """True if its process runs: by its id on this machine, else by the age of the file."""
        if self.content.get("ended"):
            return False
        process = ProcessIdentity.parsed(self.content.get("process"))
        if process is None:
            return False
        return process.runs() if process.is_local else now - self.beat < DEAD_SECONDS


@dataclass(frozen=True)
class ProgressFolder:
    """Files of one sweep."""

    path: Path

    @classmethod
    def of(cls, mlruns: Path, output: Path) -> "ProgressFolder":
        """Returns the folder of the command with this output folder, in all of its processes."""
        return cls(mlruns / FOLDER / sha256(str(output.absolute()))[:16])

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Replace a file; it gets the process and the time. A full disk does not end a run."""
        process = ProcessIdentity.of_this_process().as_json()
        entry = {"process": process, "beat": time.time(), **content}
        try:
            write_atomic(self.path / name, json.dumps(entry).encode(), durable=False)
        except (StoreError, OSError):
            return

    def sweep(self) -> ProgressFile:
        """Returns the file of the command."""
        return _read(self.path / SWEEP)

    def jobs(self) -> dict[int, ProgressFile]:
        """Returns the files of the jobs that have started, by their number."""
        files = {path.stem.partition("-")[2]: path for path in self.path.glob("job-*.json")}
        return {int(number): _read(path) for number, path in files.items() if number.isdecimal()}

    def job(self, number: int) -> ProgressFile:
        """Returns the file of a job; an empty one if it has not started."""
        return _read(self.path / job_file(number))

    def is_alive(self, now: float) -> bool:
        """True if the command or one of its jobs runs."""
        return any(file.is_alive(now) for file in (self.sweep(), *self.jobs().values()))

    def remove(self) -> None:
        """Remove all files."""
        shutil.rmtree(self.path, ignore_errors=True)


def job_file(number: int) -> str:
    """Returns the name of a job's file."""
    return f"job-{number}.json"


def folders(mlruns: Path) -> Iterator[ProgressFolder]:
    """Yields the folders of the sweeps of a store, the oldest first."""
    yield from map(ProgressFolder, sorted((mlruns / FOLDER).glob("*/"), key=_age))


def remove_dead(mlruns: Path) -> None:
    """Remove the files of commands that were killed."""
    now = time.time()
    for folder in folders(mlruns):
        if not folder.is_alive(now):
            folder.remove()


def _read(path: Path) -> ProgressFile:
    try:
        content = json_text.parse(path.read_bytes())
    except (OSError, ValueError):
        content = None
    return ProgressFile(content if isinstance(content, dict) else {})


def _age(path: Path) -> float:
    try:
        return path.stat().st_ctime
    except OSError:  # removed in the meantime
        return 0.0

"""`python -m clue store list --missing`: what is left of a study or of the newest sweep.

    python -m clue store list --missing --study paper    cells that the study declares
    python -m clue store list --missing                  cells of the newest sweep of the store

Each ends with one command, which evaluates these cells and skips finished ones.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clue.common.console import print_lines
from clue.common.plural import counted
from clue.config.composition import as_overrides
from clue.config.files import config_dir_words
from clue.config.folders import RUN
from clue.config.locations import other_locations
from clue.config.schema import PathsConf
from clue.errors import StoreError
from clue.evaluation import outcome
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.launch.study_jobs import study_jobs
from clue.launch.sweep import COMMAND

ENDED = ("done", "skipped", "too long")
"""Statuses of cells that the same command does not repeat."""
WEAKEST = ("generated", "running", "too long", "failed")
"""Statuses of the parts of a sharded cell; the cell has the last one of these."""
BEGUN = {"running": "begun"}
"""Words for a status; whether its process still runs is said by `python -m clue status`."""
MOST_LISTED = 20
"""Cells that are named."""


@dataclass(frozen=True)
class Sweep:
    """A sweep with its command."""

    folder: Path
    command: Sequence[str]

    @property
    def cells(self) -> list[Outcome]:
        """Newest outcome of each cell of the jobs that have started; shards share a cell."""
        rows = [
            replace(row, job=_settings(path.parent) or row.job)
            for path in sorted(self.folder.glob(f"**/{outcome.FILE}"))
            for row in outcome.read(path)
        ]
        rows.sort(key=lambda row: WEAKEST.index(row.status) if row.status in WEAKEST else -1)
        return list({(row.model, row.task, row.prompt, row.job): row for row in rows}.values())

    @property
    def left(self) -> list[Outcome]:
        """Cells without scores."""
        return [row for row in self.cells if row.status not in ENDED]

    def repeated(self) -> str:
        """Returns the command without models all of whose cells have ended."""
        left = {row.model for row in self.left}
        ended = {row.model for row in self.cells} - left
        return shlex.join(_without(word, ended) for word in self.command)


def show(paths: PathsConf, study: str | None) -> None:
    """Print what is left of a study, or of the newest sweep if none is named.

    Raises:
        ConfigError: there is no such study.
        StoreError: no sweep is recorded in the store.
    """
    print_lines(*(_of_sweep(newest(paths.store)) if study is None else _of_study(paths, study)))


def newest(mlruns: Path) -> Sweep:
    """Returns the newest sweep that is recorded in a store.

    Raises:
        StoreError: there is none.
    """
    files = sorted(mlruns.glob(f"hydra/*/*/{COMMAND}"), key=lambda path: path.parent.parts[-2:])
    if not files:
        raise StoreError(
            f"{mlruns}/hydra has the command of no sweep (of this version); name a study: "
            "--missing --study paper"
        )
    return Sweep(files[-1].parent, shlex.split(files[-1].read_text()))


def _of_study(paths: PathsConf, study: str) -> Iterator[str]:
    locations = other_locations(paths)
    locations.pop("paths.models", None)  # the command has no option for it
    words = [f"study={study}", *as_overrides(locations)]
    jobs = study_jobs(["-m", *words])
    yield jobs.summary
    if jobs.arguments:
        models = next(word for word in jobs.arguments if word.startswith("model="))
        yield shlex.join([*RUN, *config_dir_words(), "-m", *words, models])


def _of_sweep(sweep: Sweep) -> Iterator[str]:
    left = sweep.left
    yield f"{sweep.folder}: {len(left)} of {counted(len(sweep.cells), 'started cell')} left"
    for row in left[:MOST_LISTED]:
        task = "before its first cell" if row.task == NO_TASK else row.task
        yield f"  {row.model}/{task}/{row.prompt}: {BEGUN.get(row.status, row.status)}"
    if len(left) > MOST_LISTED:
        yield f"  and {len(left) - MOST_LISTED} more"
    yield sweep.repeated()


def _settings(job: Path) -> str:
    """Returns the settings of a job that its shards share; empty if Hydra left no file of them."""
    file = job / ".hydra" / "overrides.yaml"
    words = file.read_text().splitlines() if file.exists() else []
    return "\n".join(word for word in words if not word.startswith("- shard="))


def _without(word: str, models: set[str]) -> str:
    """Returns a word of a command; a list of models without these, unless none would be left."""
    if not word.startswith("model="):
        return word
    names = word.removeprefix("model=").split(",")
    kept = [name for name in names if name not in models]
    return f"model={','.join(kept or names)}"

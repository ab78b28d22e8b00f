"""The parts of a store that belong to a trial, and the studies that forbid to remove them."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clue.cli.store.arguments import NamedCell
from clue.cli.store.cell_runs import CellRun
from clue.common.atomic_write import explain_write_errors
from clue.common.plural import counted
from clue.errors import StoreError
from clue.store.addresses import Address
from clue.store.generations import Generation, generations, table_address
from clue.study.resolution import freeze_command
from clue.study.stored_studies import StoredStudies


@dataclass(frozen=True)
class Removal:
    """A generation, or some of its tables, with its runs."""

    generation: Generation
    tables: Sequence[Path]
    """Tables to remove."""
    complete: bool
    """The folder is removed: answers and settings too."""
    runs: Sequence[CellRun]
    """Runs to mark as deleted."""
    stays: Sequence[str]
    """Tables that stay, with the reason."""
    paths: Sequence[Path]
    """Files to remove, sorted."""
    answers: int
    """Stored answers that are removed."""

    @property
    def size(self) -> str:
        """Number of files and runs."""
        files, runs = counted(len(self.paths), "file"), counted(len(self.runs), "MLflow run")
        return f"{self.generation.address} ({self.generation.name}): {files} and {runs}"

    @property
    def addresses(self) -> list[Address]:
        """Addresses to remove."""
        own = [self.generation.address] if self.complete else []
        return [*own, *map(table_address, self.tables)]

    def lines(self) -> Iterator[str]:
        """Describes the removal."""
        yield from map(str, self.paths)
        yield from (f"MLflow run {run.run_id} ({run.status})" for run in self.runs)
        yield from self.stays
        if self.answers:
            answers = counted(self.answers, "stored answer")
            yield f"{answers}: a later run of this cell generates them again"

    def carry_out(self) -> None:
        """Remove the files; the caller holds the lock."""
        with explain_write_errors(self.generation.folder):
            for path in self.tables:
                path.unlink()
            if self.complete:
                shutil.rmtree(self.generation.folder)


def generation_of(cell: NamedCell, mlruns: Path) -> Generation:
    """Returns the generation of a cell that a person named."""
    address = cell.address._replace(table="")
    return next(one for one in generations(mlruns) if one.address == address)


def removal(
    cell: NamedCell, mlruns: Path, studies: StoredStudies, runs: Sequence[CellRun]
) -> Removal:
    """Returns the removable part of a generation or a table.

    Raises:
        StoreError: it counts in a study, or a person has to choose it or another one first.
    """
    generation = generation_of(cell, mlruns)
    protected = {
        path: reason for path in generation.tables() if (reason := _protection(path, studies))
    }
    chosen = [path for path in generation.tables() if cell.address.matches(table_address(path))]
    free = [path for path in chosen if path not in protected]
    if chosen and not free:
        raise StoreError(f"{cell.key} ({cell.name}) is not removed: {protected[chosen[0]]}")
    complete = not cell.address.table and not protected
    addresses = [generation.address] if complete else list(map(table_address, free))
    return Removal(
        generation,
        tables=free,
        complete=complete,
        runs=[run for run in runs if any(map(run.is_of, addresses))],
        stays=[f"{path.name} and the answers stay: {text}" for path, text in protected.items()],
        paths=sorted(generation.folder.iterdir()) if complete else free,
        answers=len(_answers(generation)) if complete else 0,
    )


def _answers(generation: Generation) -> Collection[object]:
    """Stored answers; none that can be read if the file is damaged."""
    try:
        return generation.store.completions()
    except StoreError:
        return ()


def _protection(path: Path, studies: StoredStudies) -> str:
    """Reason why a table must not be removed; empty if it may."""
    if counting := studies.counting(path):
        return f"it counts in the {_studies(counting)}"
    if undecided := studies.undecided(path):
        command = next(iter(studies.studies[undecided[0]].ambiguous[path])).command
        return (
            f"it is one of several cells that fit in the {_studies(undecided)}; choose one first: "
            f"{command}"
        )
    task, model = path.parts[-4:-2]
    for name, frozen in studies.superseded.items():
        if model in frozen.declaration["models"] and task in frozen.task_names:
            return (
                f"the frozen study {name} names {model} on {task}, and its file has changed since "
                "or is gone. Restore the file, or record the change: "
                f"{freeze_command(name, studies.paths, amend=True)}"
            )
    return ""


def _studies(names: Sequence[str]) -> str:
    return f"{'study' if len(names) == 1 else 'studies'} {', '.join(names)}"

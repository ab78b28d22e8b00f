"""Which cells of a job there are, which are finished, and which cannot be begun."""

import logging
from typing import TYPE_CHECKING

from clue import preflight
from clue.backends import Backend
from clue.cell import Cell, build
from clue.errors import ClueError, PromptTooLong, StoreError
from clue.outcome import Outcome
from clue.summary import summary
from clue.tables import Table, read_table

if TYPE_CHECKING:
    from clue.job import Job
    from clue.tracking import Tracker

log = logging.getLogger(__name__)


def build_all(job: "Job", backend: Backend) -> tuple[list[Cell], list[Outcome]]:
    """The job's cells, and the outcomes of those whose data or wording fail."""
    cells: list[Cell] = []
    failed: list[Outcome] = []
    for name in job.config.tasks:
        try:
            cells.append(build(job.config, name, backend))
        except Exception as error:  # a file that cannot be read does not stop the other cells
            failed.append(job.failure(name, error))
    return cells, failed


def finished(cell: Cell, tracker: "Tracker") -> bool:
    """Whether the cell's newest run is complete and its records are here."""
    newest = tracker.latest("clue.cell", cell.id)
    complete = newest is not None and newest.info.status == "FINISHED"
    return complete and stored(cell) is not None


def stored(cell: Cell) -> Table | None:
    """The cell's table; None if there is none, or it is damaged, which is said."""
    path = cell.store.records_path(cell.id)
    try:
        return read_table(path) if path.exists() else None
    except StoreError as error:
        log.warning("%s", error)
        return None


def stored_summary(cell: Cell) -> dict[str, float]:
    """The numbers of a cell that has ended; empty if it has no table."""
    table = stored(cell)
    return summary(cell.task.conf, table.records) if table else {}


def refusal(job: "Job", cell: Cell) -> Outcome | None:
    """Why a cell is not begun: something in it does not fit the model, or cannot be measured."""
    task = cell.task.conf.name
    try:
        preflight.check_fits(cell, job.backend)
    except PromptTooLong as error:
        if job.config.on_overflow == "skip_cell":
            return job.outcome(task, "too long", note=str(error))
        return job.failure(task, error)
    except ClueError as error:
        return job.failure(task, error)
    return None

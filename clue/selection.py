"""Which cells of a job there are, which are finished, and which cannot be begun."""

from typing import TYPE_CHECKING

from clue import preflight
from clue.backends import Backend
from clue.cell import Cell, build
from clue.errors import ClueError, PromptTooLong
from clue.outcome import Outcome

if TYPE_CHECKING:
    from clue.job import Job
    from clue.tracking import Tracker


def build_all(job: "Job", backend: Backend) -> tuple[list[Cell], list[Outcome]]:
    """The job's cells, and the outcomes of those whose data or wording fail."""
    cells: list[Cell] = []
    failed: list[Outcome] = []
    for name in job.config.tasks:
        try:
            cells.append(build(job.config, name, backend))
        except ClueError as error:
            failed.append(job.failure(name, error))
    return cells, failed


def finished(cell: Cell, tracker: "Tracker") -> bool:
    """Whether the cell's newest run is complete and its records are here."""
    newest = tracker.latest("clue.cell", cell.id)
    complete = newest is not None and newest.info.status == "FINISHED"
    return complete and cell.store.records_path(cell.id).exists()


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

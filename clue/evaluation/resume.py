"""Resuming a job: cells that are finished, and cells that cannot be started."""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clue.cell import Cell
from clue.common.meter import METER
from clue.errors import ClueError, PromptTooLong, StoreError
from clue.evaluation import preflight
from clue.evaluation.outcome import Outcome
from clue.metrics.summary import summary
from clue.records import sha256
from clue.store.records_table import RecordsTable, read_table
from clue.tracking.newest_runs import newest_statuses

if TYPE_CHECKING:
    from clue.evaluation.job import Job
    from clue.tracking.tracker import Tracker

log = logging.getLogger(__name__)


def finished(cell: Cell, tracker: "Tracker") -> dict[str, float] | None:
    """Returns the summary of a cell whose records are stored and whose newest run is complete.

    It reads the table, so that a damaged one is noticed; None if the cell is to be evaluated.
    """
    means = stored_summary(cell)
    newest = tracker.latest("clue.cell", cell.id) if means else None
    return means if newest is not None and newest.info.status == "FINISHED" else None


def all_finished(job: "Job", cells: Sequence[Cell]) -> list[dict[str, float]] | None:
    """Returns the summaries of a job's cells if all are finished, without MLflow.

    None if one is not, if the run of the job is not, or if only MLflow can tell.
    """
    if job.config.force:
        return None
    of_cells = [("clue.cell", cell.id) for cell in cells]
    of_job = ("clue.job", job_id(cells))
    conf = job.config.tracking
    statuses = newest_statuses(conf.uri, conf.experiment, job.mlruns, [*of_cells, of_job])
    if statuses is None or statuses.get(of_job, "FINISHED") != "FINISHED":
        return None
    if any(statuses.get(identity) != "FINISHED" for identity in of_cells):
        return None
    means = [stored_summary(cell) for cell in cells]
    return means if all(means) else None


def job_id(cells: Iterable[Cell]) -> str:
    """Returns the identity of a job: that of its cells."""
    return sha256([cell.id for cell in cells])


def stored_table(cell: Cell) -> RecordsTable | None:
    """Returns the cell's table; None if there is none, or it is damaged, which is logged."""
    path = cell.store.records_path(cell.id)
    try:
        return read_table(path) if path.exists() else None
    except StoreError as error:
        log.warning("%s", error)
        return None


def stored_summary(cell: Cell) -> dict[str, float]:
    """Returns the summary of a finished cell; empty if it has no table."""
    table = stored_table(cell)
    return summary(cell.task.conf, table.records) if table else {}


def refusal(job: "Job", cell: Cell) -> Outcome | None:
    """Returns the outcome of a cell that exceeds the context or cannot be measured, else None."""
    task = cell.task.conf.name
    try:
        with METER.doing("counting tokens"):
            size = preflight.check_fits(cell, job.backend)
    except PromptTooLong as error:
        if job.config.on_overflow == "skip_cell":
            return job.outcome(task, "too long", note=str(error))
        return job.failure(task, error)
    except ClueError as error:
        return job.failure(task, error)
    job.progress.plan(task, [job.backend.room(prompt) for prompt in cell.prompts], size)
    return None

"""Which cells of a job there are, which are finished, and which cannot be begun."""

import logging
from typing import TYPE_CHECKING

from clue.backends import Backend
from clue.cell import Cell, build
from clue.errors import ClueError, PromptTooLong, StoreError
from clue.evaluation import preflight
from clue.evaluation.outcome import Outcome
from clue.evaluation.scoring import score
from clue.metrics.summary import summary
from clue.store.records_table import RecordsTable, read_table, tables

if TYPE_CHECKING:
    from clue.evaluation.job import Job
    from clue.tracking.tracker import Tracker

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
    """Whether the cell's records are here and their newest run is complete."""
    table = stored(cell)
    newest = tracker.latest("clue.cell", table.facts.get("id", cell.id)) if table else None
    return newest is not None and newest.info.status == "FINISHED"


def stored(cell: Cell) -> RecordsTable | None:
    """The cell's table; None if there is none, or it is damaged, which is logged."""
    path = cell.store.records_path(cell.id)
    try:
        return read_table(path) if path.exists() else _unversioned(cell)
    except StoreError as error:
        log.warning("%s", error)
        return None


def _unversioned(cell: Cell) -> RecordsTable | None:
    """An equal table from before readers had versions, when ids were digests of source text.

    Equal means: the stored answers, read and described by today's code, give the same records.
    """
    old = (table for table in tables(cell.store.folder) if "versions" not in table.facts)
    return next((table for table in old if _same_records(cell, table)), None)


def _same_records(cell: Cell, table: Table) -> bool:
    keys = [(record.sample_id, record.repeat) for record in table.records]
    same_rule = (table.signatures, table.facts.get("score")) == (
        cell.signatures,
        list(cell.task.conf.score),
    )
    if not same_rule or keys != [sample.key for sample in cell.samples]:
        return False
    return score(cell, [record.completion for record in table.records]) == list(table.records)


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

"""Opening of a job: check what can be checked without a model, then build the job's cells.

Cheap checks come first: a malformed setting or a missing data file is reported before a checkpoint
is unpacked or a hub is asked.
"""

import logging
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

from clue.backends import Backend, setting_problems
from clue.cell import Cell, build
from clue.common.meter import METER
from clue.config.model_files import family
from clue.config.validation import validate
from clue.evaluation.job import Job
from clue.evaluation.outcome import Outcome
from clue.store.format import check_format
from clue.store.lock_scope import check_shared_locks, on_cluster
from clue.task.choices import is_closed

log = logging.getLogger(__name__)

StepResult = TypeVar("StepResult")


def identified_backend(job: Job) -> Backend:
    """Returns the job's backend after it has identified its model.

    Raises:
        ModelError: the model is unavailable.
    """
    job.backend.identity()
    return job.backend


def open_job(
    job: Job, choose_backend: Callable[[Job], Backend] = identified_backend
) -> Generator[Outcome, None, tuple[list[Cell], Backend]]:
    """Yields the outcomes of cells that fail; returns the other cells and the backend.

    Args:
        job: the job.
        choose_backend: returns the backend that identifies the model and counts tokens. It is not
            called if no task has its data.

    Raises:
        ClueError: nothing of the job can run: settings, format of the store, its disk, or model.
    """
    job.progress.expect(list(job.config.tasks))
    validate(job.config, setting_problems(job.config))
    check_format(job.mlruns)
    if job.config.shard or on_cluster():
        check_shared_locks(job.mlruns)
    family(job.config.model)
    with METER.doing("reading data"):
        tasks = yield from _attempt(job, job.config.tasks, lambda name: _locate(job, name))
    with METER.doing("opening the model's tokenizer and digests"):
        backend = choose_backend(job) if tasks else job.backend
    with METER.doing("building prompts"):
        cells = yield from _attempt(job, tasks, lambda name: build(job.config, name, backend))
    _note_open_tasks(job)
    return list(cells.values()), backend


def _attempt(
    job: Job, tasks: Iterable[str], step: Callable[[str], StepResult]
) -> Generator[Outcome, None, dict[str, StepResult]]:
    """Apply a step to every task; a task that fails does not stop the others."""
    results: dict[str, StepResult] = {}
    for name in tasks:
        try:
            results[name] = step(name)
        except Exception as error:
            yield job.failure(name, error)
    return results


def _note_open_tasks(job: Job) -> None:
    """Log the tasks that have no options to be scored by their likelihood."""
    conf = job.config
    names = [name for name in conf.tasks if not is_closed(job.task(name))]
    if conf.scoring.choice and names:
        log.info("scoring.choice: %s: open answers, scored as before", ", ".join(names))


def _locate(job: Job, name: str) -> None:
    """Find the files of a task: data and the authors' wording.

    Raises:
        DataMissing: a file is missing.
    """
    task = job.task(name)
    for split in task.splits:
        task.paths(split)
    _ = task.templates  # reads the file of imported templates

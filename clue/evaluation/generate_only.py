"""Completions without scores, where neither the scorers nor a tracking store are.

python run.py ... backend=vllm                          in vLLM's environment
python run.py ... backend=replay                        in this project's: scores and tracks
"""

from collections.abc import Iterator

from clue.cell import Cell
from clue.config.model_files import family
from clue.config.validation import validate
from clue.evaluation import preflight
from clue.evaluation.generation import complete
from clue.evaluation.job import Job
from clue.evaluation.outcome import Outcome
from clue.evaluation.resume import build_all, refusal


def generate(job: Job) -> Iterator[Outcome]:
    """Store what the job's cells lack; yields what became of each.

    Raises:
        ClueError: nothing of the job can run: settings, model or disk.
    """
    validate(job.config)
    family(job.config.model)
    job.backend.identity()
    cells, failed = build_all(job, job.backend)
    yield from failed
    if cells:
        preflight.check_disk(job.mlruns, cells)
    for cell in cells:
        try:
            yield refusal(job, cell) or _generate(job, cell)
        except Exception as error:  # one failing cell does not stop the others
            yield job.failure(cell.task.conf.name, error)


def _generate(job: Job, cell: Cell) -> Outcome:
    with cell.store.locked():
        n = len(complete(job, cell, force=job.config.force))
    note = "not scored yet: the same command with backend=replay, where the scorers are"
    return job.outcome(cell.task.conf.name, "generated", n=n, note=note)

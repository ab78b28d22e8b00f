"""Completions without scores, for environments without the scorers or a tracking store.

python run.py ... backend=vllm                          in vLLM's environment
python run.py ... backend=replay                        in this project's: scores and tracks
"""

from collections.abc import Iterator

from clue.cell import Cell
from clue.evaluation import preflight
from clue.evaluation.answer_length import stored_length
from clue.evaluation.generation import complete_cell
from clue.evaluation.job import Job
from clue.evaluation.likelihoods import complete_likelihoods
from clue.evaluation.opening import open_job
from clue.evaluation.outcome import Outcome
from clue.evaluation.resume import refusal
from clue.evaluation.shard_part import part
from clue.tracking import tags


def generate(job: Job) -> Iterator[Outcome]:
    """Generate the missing completions of the job's cells; yields the outcome of each.

    Raises:
        ClueError: nothing of the job can run: settings, model or disk.
    """
    cells, _ = yield from open_job(job)
    if cells:
        preflight.check_disk(job.mlruns, cells, job.backend)
    for cell in cells:
        try:
            with job.progress.running(cell.task.conf.name):
                # the complete cell is measured: all shards refuse it, or none
                outcome = refusal(job, cell) or _generate(job, cell)
            yield outcome
        except Exception as error:  # one failing cell does not stop the others
            yield job.failure(cell.task.conf.name, error)


def _generate(job: Job, cell: Cell) -> Outcome:
    progress = job.progress.cells[cell.task.conf.name]
    progress.stored_length = stored_length(cell)
    shard = cell.store.shard
    if shard:
        of_cell = len(cell.prompts)
        cell = part(cell, shard)
        progress.prompt_tokens = progress.prompt_tokens * len(cell.prompts) // of_cell
    with cell.store.locked():
        n = len(complete_cell(job, cell, force=job.config.force))
        complete_likelihoods(job, cell, force=job.config.force)
    note = "not scored yet: run the same command with backend=replay in this project's environment"
    if shard:
        note = f"{shard}; {note}"
    marks = list(tags.marks(cell))
    return job.outcome(cell.task.conf.name, "generated", n=n, note=note, marks=marks)

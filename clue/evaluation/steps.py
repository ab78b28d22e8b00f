"""Outcomes of a job by its kind: a dry run, generation only, or the complete evaluation."""

from collections.abc import Iterator

from clue.evaluation.dry_run import plan
from clue.evaluation.generate_only import generate
from clue.evaluation.job import Job
from clue.evaluation.outcome import Outcome
from clue.evaluation.run import run


def outcomes(job: Job) -> Iterator[Outcome]:
    """Does what the settings ask for; yields the outcome of each cell.

    Raises:
        ClueError: nothing of the job can run.
    """
    if job.config.dry_run:
        yield from plan(job)
    elif job.config.generate_only:
        yield from generate(job)
    else:
        yield from run(job)

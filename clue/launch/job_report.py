"""Reports of a job: its process writes its progress into the store while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from clue.common.repeating import repeating
from clue.evaluation.job import Job
from clue.launch.sweep_jobs import prompt_label, timed_size
from clue.store.progress_files import BEAT_SECONDS, ProgressFolder, job_file


@contextmanager
def reported(job: Job, folder: ProgressFolder, number: int) -> Iterator[None]:
    """Write the progress of a job every few seconds, and at its end.

    Args:
        job: the job.
        folder: of the sweep's files.
        number: of the job in the sweep.
    """
    model = job.config.model
    prompt = prompt_label(job.config.prompt.name, job.config.shard, job.config.shards)
    names = {"model": model.label, "prompt": prompt}
    parameters = timed_size(model.parameters, job.config.backend.name)
    constant = {"number": number, "parameters": parameters, **names}

    def write(*, ended: bool = False) -> None:
        folder.write(job_file(number), {**constant, **job.progress.facts(), "ended": ended})

    try:
        with repeating(BEAT_SECONDS, write):
            yield
    finally:
        write(ended=True)

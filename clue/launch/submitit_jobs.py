"""Jobs that submitit started, locally or on Slurm, after one of them is lost.

The launcher then stops waiting for the other jobs, which continue.
"""

import contextlib
import logging
from pathlib import Path
from typing import Any

from clue.evaluation import outcome

log = logging.getLogger(__name__)

FOLDER = ".submitit"
"""Folder of submitit's files in the folder of the sweep, one folder per job."""


def is_lost_job(error: Exception) -> bool:
    """True if the launcher raises this error when a job ends without a result."""
    return type(error).__module__.startswith("submitit")


def wait_for_all(sweep: Path) -> None:
    """Wait until no job of a sweep is queued or running; record jobs that never started."""
    for pickled in sorted((sweep / FOLDER).glob("*/*_submitted.pkl")):
        job = _job(pickled)
        log.info("waiting for job %s", job.job_id)
        job.wait()
        _wait_for_process(job)
        overrides, _, number, *_ = job.submission().args
        path = sweep / str(number) / outcome.FILE
        if not path.exists():
            reason = f"its job {job.job_id} was lost before it started; see {pickled.parent}"
            outcome.append(path, outcome.Outcome.failed(" ".join(overrides), reason))


def _job(pickled: Path) -> Any:
    import submitit

    on_slurm = any(pickled.parent.parent.rglob("*.sh"))  # batch files; local jobs have none
    kind = submitit.SlurmJob if on_slurm else submitit.LocalJob
    return kind(folder=pickled.parent.parent / "%j", job_id=pickled.parent.name, tasks=[0])


def _wait_for_process(job: Any) -> None:
    """Wait for the process of a local job, which submitit no longer watches."""
    import psutil
    import submitit

    if isinstance(job, submitit.LocalJob):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(int(job.job_id)).wait()

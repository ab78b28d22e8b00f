"""Jobs that submitit started, here or on Slurm, when one of them is lost.

The launcher then stops waiting for the rest, which goes on all the same.
"""

import contextlib
import logging
from pathlib import Path
from typing import Any

from clue.evaluation import outcome

log = logging.getLogger(__name__)

FOLDER = ".submitit"
"""Folder of submitit's files below that of the sweep, one folder per job."""


def lost(error: Exception) -> bool:
    """Whether this is what the launcher raises when a job ends without a result."""
    return type(error).__module__.startswith("submitit")


def wait(sweep: Path) -> None:
    """Wait until no job of a sweep is queued or runs; name those that never began."""
    for pickled in sorted((sweep / FOLDER).glob("*/*_submitted.pkl")):
        job = _job(pickled)
        log.info("waiting for job %s", job.job_id)
        job.wait()
        _wait_here(job)
        overrides, _, number, *_ = job.submission().args
        path = sweep / str(number) / outcome.FILE
        if not path.exists():
            note = f"its job {job.job_id} was lost before it began; see {pickled.parent}"
            outcome.append(
                path, outcome.Outcome(" ".join(overrides), "-", "-", "failed", note=note)
            )


def _job(pickled: Path) -> Any:
    import submitit

    on_slurm = any(pickled.parent.parent.rglob("*.sh"))  # batch files; local jobs need none
    kind = submitit.SlurmJob if on_slurm else submitit.LocalJob
    return kind(folder=pickled.parent.parent / "%j", job_id=pickled.parent.name, tasks=[0])


def _wait_here(job: Any) -> None:
    """For the process of a local job, of which submitit has let go."""
    import psutil
    import submitit

    if isinstance(job, submitit.LocalJob):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(int(job.job_id)).wait()

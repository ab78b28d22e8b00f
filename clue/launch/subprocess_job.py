"""A job in its own process, on its own GPUs: its memory and its crashes end with the process."""

import logging
import os
import pickle
import subprocess
import sys

from omegaconf import OmegaConf

from clue.config.schema import ModelConf
from clue.evaluation import outcome
from clue.launch.gpus import claim_gpus
from clue.launch.signals import describe_exit_code
from clue.launch.worker import JobRequest

log = logging.getLogger(__name__)


def run_isolated(request: JobRequest, gpus: int | None) -> None:
    """Run a job in a fresh process; its unfinished cells get the reason why the process ended.

    Args:
        request: the job.
        gpus: number of GPUs to claim for the job; None = it sees those that this process sees.
    """
    with claim_gpus(gpus) as devices:
        for names in devices.values():
            log.info("job %s on GPU %s", request.folder.name, names)
        command = [sys.executable, "-m", "clue.launch.worker", str(request.folder)]
        # its own session, so that Ctrl-C reaches it once: from this process, as SIGTERM
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, env=os.environ | devices, start_new_session=True
        ) as process:
            process.communicate(pickle.dumps(request))
    reason = describe_exit_code(process.returncode)
    outcome.fail_running(request.outcomes, reason)
    if process.returncode and not outcome.read(request.outcomes):
        outcome.append(request.outcomes, _failed_job(request, reason))


def _failed_job(request: JobRequest, reason: str) -> outcome.Outcome:
    """Returns the row of a job whose process ended before it listed its cells."""
    merged = OmegaConf.merge(OmegaConf.structured(ModelConf), request.composed.model)
    model = OmegaConf.to_object(merged)
    assert isinstance(model, ModelConf)
    return outcome.Outcome.failed(model.label, reason, prompt=request.composed.prompt.name)

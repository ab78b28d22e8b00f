"""A job in a process of its own, on GPUs of its own: memory and crashes end with it."""

import logging
import os
import pickle
import subprocess
import sys

from omegaconf import OmegaConf

from clue.config.schema import ModelConf
from clue.evaluation import outcome
from clue.launch.gpus import claimed
from clue.launch.signals import ended
from clue.launch.worker import JobRequest

log = logging.getLogger(__name__)


def isolate(asked: JobRequest, gpus: int | None) -> None:
    """Do a job in a fresh process, and say of its unfinished cells what ended it.

    Args:
        asked: the job.
        gpus: how many to claim for it; None = it sees those that this process sees.
    """
    with claimed(gpus) as devices:
        for names in devices.values():
            log.info("job %s on GPU %s", asked.folder.name, names)
        command = [sys.executable, "-m", "clue.launch.worker", str(asked.folder)]
        # in a session of its own, so that Ctrl-C reaches it once: from here, as SIGTERM
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, env=os.environ | devices, start_new_session=True
        ) as process:
            process.communicate(pickle.dumps(asked))
    outcome.settle(asked.outcomes, ended(process.returncode))
    if process.returncode and not outcome.read(asked.outcomes):
        outcome.append(asked.outcomes, _failed(asked, ended(process.returncode)))


def _failed(asked: JobRequest, reason: str) -> outcome.Outcome:
    """The row of a job whose process ended before it named its cells."""
    model = OmegaConf.merge(OmegaConf.structured(ModelConf), asked.composed.model)
    made = OmegaConf.to_object(model)
    assert isinstance(made, ModelConf)
    return outcome.Outcome(made.label, "-", asked.composed.prompt.name, "failed", note=reason)

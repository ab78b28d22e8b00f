"""A job in another process: its memory and its crashes end with that process.

A job on GPUs has a process of its own. Jobs without GPUs share one, one after another, which pays
the imports once.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from omegaconf import DictConfig, OmegaConf

from clue.common.paths import absolute_path
from clue.config.schema import ModelConf
from clue.evaluation import outcome
from clue.launch import watchdog
from clue.launch.gpus import claim_gpus
from clue.launch.signals import describe_exit_code
from clue.launch.watchdog import Watchdog
from clue.launch.worker import JobRequest
from clue.launch.worker_process import WorkerProcess
from clue.store.progress_files import ProgressFolder

log = logging.getLogger(__name__)

_SHARED: list[WorkerProcess] = []
"""The process that runs the jobs of this launcher's process; at most one."""


def run_isolated(request: JobRequest, gpus: int | None) -> int:
    """Run a job in a fresh process; its unfinished cells get the reason why the process ended.

    Returns the exit code of the process.

    Args:
        request: the job.
        gpus: number of GPUs to claim for the job; None = it sees those that this process sees.
    """
    with claim_gpus(gpus) as devices:
        for names in devices.values():
            log.info("job %s on GPU %s", request.folder.name, names)
        with _own_process(request, devices) as worker:
            in_time = worker.run(request, _watchdog(request))
    _explain_end(request, worker, in_time=in_time)
    return worker.process.returncode


def run_shared(request: JobRequest) -> None:
    """Run a job in the process of the jobs before, or in a fresh one if that has ended."""
    if not (_SHARED and _SHARED[0].runs):
        _discard()
        _SHARED.append(WorkerProcess(request.sweep_folder, {}))
    worker = _SHARED[0]
    try:
        in_time = worker.run(request, _watchdog(request))
    except BaseException:  # the job was stopped, and its process with it
        _discard()
        raise
    if not worker.runs:
        _explain_end(request, worker, in_time=in_time)


def _discard() -> None:
    while _SHARED:
        _SHARED.pop().close()


@contextmanager
def _own_process(request: JobRequest, devices: Mapping[str, str]) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(request.folder, devices)
    try:
        yield worker
    finally:
        worker.close()


def _watchdog(request: JobRequest) -> Watchdog | None:
    minutes = request.composed.get("watchdog_min")
    if not minutes:
        return None
    mlruns = absolute_path(request.composed.paths.mlruns)
    return Watchdog(ProgressFolder.of(mlruns, request.sweep_folder), request.number, minutes)


def _explain_end(request: JobRequest, worker: WorkerProcess, *, in_time: bool) -> None:
    """Give unfinished cells the reason why the process ended; a hang is queued again on Slurm."""
    code = worker.process.returncode
    reason = describe_exit_code(code) if in_time else watchdog.reason(request.composed.watchdog_min)
    outcome.fail_running(request.outcomes, reason)
    if code and not outcome.read(request.outcomes):
        outcome.append(request.outcomes, failed_job(request.composed, reason))
    if not in_time:
        watchdog.requeue(request.folder)


def failed_job(composed: DictConfig, reason: str) -> outcome.Outcome:
    """Returns the row of a job that ended before it listed its cells.

    Args:
        composed: settings of the job.
        reason: of its end.
    """
    merged = OmegaConf.merge(OmegaConf.structured(ModelConf), composed.model)
    model = OmegaConf.to_object(merged)
    assert isinstance(model, ModelConf)
    return outcome.Outcome.failed(model.label, reason, prompt=composed.prompt.name)

"""Jobs of a sweep as tasks of Ray, and what becomes of tasks that are lost or cancelled.

A task (`clue.launch.ray_task`) waits for the process of its job. If this process, the task's or
their node dies, Ray starts the task again, and the job continues from its stored answers.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import DictConfig

from clue.evaluation import outcome
from clue.launch import isolation, signals
from clue.launch.ray_settings import RayConf
from clue.launch.ray_task import LostJob, RayJob, run
from clue.launch.subprocess_job import failed_job

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5


def run_all(ray: Any, jobs: Sequence[RayJob], settings: RayConf) -> None:
    """Run jobs until all have ended; one that Ray gives up becomes a failed row.

    Args:
        ray: the module, connected to a cluster.
        jobs: in the order of their start.
        settings: of the launcher.

    Raises:
        Terminated: SIGTERM arrived; the tasks were cancelled.
        KeyboardInterrupt: SIGINT arrived; the tasks were cancelled.
    """
    waiting, running = deque(jobs), dict[Any, RayJob]()
    limit = settings.n_jobs if settings.n_jobs and settings.n_jobs > 0 else len(jobs)
    with signals.noted_stops() as stops:
        while (waiting or running) and not stops:
            while waiting and len(running) < limit:
                job = waiting.popleft()
                running[_submit(ray, job, settings)] = job
            ended, _ = ray.wait(list(running), timeout=POLL_SECONDS)
            for task in ended:
                _end(ray, task, running.pop(task))
        if stops:
            _cancel(ray, list(running))
            signals.raise_stop(stops[0])


def resources(composed: DictConfig, settings: RayConf) -> dict[str, Any]:
    """Returns what a job asks of Ray, as options of a task.

    Args:
        composed: settings of the job, which tell if it uses GPUs.
        settings: of the launcher.
    """
    gpus: float | None = settings.num_gpus
    if gpus is None:
        gpus = isolation.gpus(composed, pooled=True) or 0
    memory = settings.memory_gb and int(settings.memory_gb * 2**30)
    return {
        **{"num_gpus": gpus, "num_cpus": settings.num_cpus, "memory": memory},
        "resources": dict(settings.resources),
    }


def _submit(ray: Any, job: RayJob, settings: RayConf) -> Any:
    requested = resources(job.composed, settings)
    _warn_without_room(ray, job.number, requested)
    options = {
        "max_calls": 1,  # the process of a task holds its environment and its GPUs
        "max_retries": settings.max_retries,
        "retry_exceptions": [LostJob],
    }
    task = ray.remote(**requested, **options)(run)
    return task.options(name=f"clue job {job.number}").remote(job)


def _warn_without_room(ray: Any, number: int, requested: Mapping[str, Any]) -> None:
    """Tell that a job waits for a node that the cluster does not have; one may join it."""
    names = {
        "CPU": requested["num_cpus"],
        "GPU": requested["num_gpus"],
        "memory": requested["memory"],
    }
    needed = {
        name: amount for name, amount in {**names, **requested["resources"]}.items() if amount
    }
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(all(node.get(name, 0) >= needed[name] for name in needed) for node in nodes):
        log.warning(
            "job %d waits: no node of the Ray cluster has %s. Add a node, or ask for less: "
            "hydra.launcher.num_gpus=, num_cpus=, memory_gb=, resources=",
            number,
            ", ".join(f"{amount:g} {name}" for name, amount in needed.items()),
        )


def _end(ray: Any, task: Any, job: RayJob) -> None:
    """Look at a task that has ended; one that was lost leaves failed rows."""
    try:
        ray.get(task)
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None) or error
        first_line = next(iter(str(cause).strip().splitlines()), "")
        lost = isinstance(cause, LostJob)
        reason = first_line if lost else f"Ray lost its task: {type(cause).__name__}: {first_line}"
        log.error("job %d: %s", job.number, reason)
        path = job.folder / outcome.FILE
        outcome.fail_running(path, reason)
        if not outcome.read(path):
            outcome.append(path, failed_job(job.composed, reason))


def _cancel(ray: Any, tasks: Sequence[Any]) -> None:
    """Let tasks end in order, as a pool does; those that cannot are killed."""
    for task in tasks:
        ray.cancel(task)
    _, unfinished = ray.wait(tasks, num_returns=len(tasks), timeout=signals.GRACE_SECONDS + 10)
    for task in unfinished:
        ray.cancel(task, force=True)

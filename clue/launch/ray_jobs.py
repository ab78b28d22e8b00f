"""Jobs of a sweep as tasks of Ray, and what becomes of tasks that are lost or cancelled.

A task starts the process of its job and waits for it. If this process, the task's or their node
dies, Ray starts the task again, and the job continues from its stored answers.
"""

import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.singleton import Singleton
from hydra.core.utils import run_job, setup_globals
from omegaconf import DictConfig

from clue.common.atomic_write import private_files
from clue.errors import ClueError
from clue.evaluation import outcome
from clue.launch import isolation, signals
from clue.launch.ray_launcher import RayConf
from clue.launch.subprocess_job import failed_job
from clue.store.lock_scope import ON_CLUSTER

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
CONSOLE = "console.log"
"""File in the folder of a job: what it and its libraries print, which would be in Ray's logs."""
CARRIED = ("CLUE_", "HF_", "HYDRA_", "MLFLOW_", "TOKENIZERS_", "TQDM_", "TRANSFORMERS_")
"""Beginnings of the names of variables that a job has from the command, not from its node."""


class LostJob(ClueError):
    """The process of a job has ended early; Ray starts the task again."""


@dataclass(frozen=True)
class RayJob:
    """A job in a form that Ray sends to a node."""

    number: int
    composed: DictConfig
    """Its settings with those of Hydra."""
    start: tuple[Any, Any, Any]
    """Context, function and global state of Hydra."""
    environment: Mapping[str, str]
    directory: Path
    """Working directory of the command, on the disk that all nodes share."""
    folder: Path
    """Folder of its log and outcomes, on that disk too."""


def environment(key_name: str | None) -> dict[str, str]:
    """Returns the variables that a job has from the command.

    They travel as an argument of the task: Ray logs and shows the variables of a `runtime_env`.

    Args:
        key_name: of the variable with the key of a server of models.
    """
    carried = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(CARRIED) or name == key_name
    }
    modules = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    return {**carried, "PYTHONPATH": modules, ON_CLUSTER: "ray"}


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
    asked = resources(job.composed, settings)
    _warn_without_room(ray, job.number, asked)
    options = {
        "max_calls": 1,  # the process of a task holds its environment and its GPUs
        "max_retries": settings.max_retries,
        "retry_exceptions": [LostJob],
    }
    task = ray.remote(**asked, **options)(run)
    return task.options(name=f"clue job {job.number}").remote(job)


def _warn_without_room(ray: Any, number: int, asked: Mapping[str, Any]) -> None:
    """Tell that a job waits for a node that the cluster does not have; one may join it."""
    names = {"CPU": asked["num_cpus"], "GPU": asked["num_gpus"], "memory": asked["memory"]}
    wanted = {name: amount for name, amount in {**names, **asked["resources"]}.items() if amount}
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(all(node.get(name, 0) >= wanted[name] for name in wanted) for node in nodes):
        log.warning(
            "job %d waits: no node of the Ray cluster has %s. Add a node, or ask for less: "
            "hydra.launcher.num_gpus=, num_cpus=, memory_gb=, resources=",
            number,
            ", ".join(f"{amount:g} {name}" for name, amount in wanted.items()),
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
    _, left = ray.wait(tasks, num_returns=len(tasks), timeout=signals.GRACE_SECONDS + 10)
    for task in left:
        ray.cancel(task, force=True)


def run(job: RayJob) -> None:
    """Run a job in a process of its own; this is the body of a task.

    Raises:
        LostJob: the process has ended early, or this node lacks the folders of the command.
    """
    for folder in (job.directory, job.folder.parent):
        if not folder.is_dir():
            raise LostJob(
                f"the node {socket.gethostname()} has no folder {folder}: all nodes need the "
                "project's folder and paths.mlruns on a disk that they share"
            )
    os.chdir(job.directory)
    os.environ.update(job.environment)
    signal.signal(signal.SIGINT, signals.stop_processes)  # Ray raises it to cancel a task
    context, function, state = job.start
    setup_globals()
    Singleton.set_state(state)
    with private_files(), _console(job.folder):
        ended = run_job(
            task_function=function,
            config=job.composed,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        )
    if ended.return_value:
        raise LostJob(_reason(job, ended.return_value))


def _reason(job: RayJob, code: int) -> str:
    """Returns the reason that the rows of a lost job have."""
    failed = [row.note for row in outcome.read(job.folder / outcome.FILE) if row.note]
    return failed[-1] if failed else signals.describe_exit_code(code)


@contextmanager
def _console(folder: Path) -> Iterator[None]:
    """Let this process and its children print into a file of the job."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / CONSOLE).open("ab") as file:
        before = {number: os.dup(number) for number in (1, 2)}
        _flush()
        for number in before:
            os.dup2(file.fileno(), number)
        try:
            yield
        finally:
            _flush()
            for number, stream in before.items():
                os.dup2(stream, number)
                os.close(stream)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()

"""A task of Ray on its node: it starts the process of a job and waits for it."""

import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
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
from clue.launch import signals
from clue.store.lock_scope import ON_CLUSTER

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

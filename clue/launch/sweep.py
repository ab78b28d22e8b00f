"""Jobs of a command, in the processes of a Hydra launcher, and the outcomes of their cells.

    <run or sweep folder>/[<number>/]outcomes.jsonl   each cell: running, then its final status
    <run or sweep folder>/[<number>/]clue.log         log of the job

A worker process imports this module to find `job`; the import registers the schema with Hydra.
"""

import multiprocessing
import os
import shlex
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from clue import privacy
from clue.common.atomic_write import write_atomic
from clue.common.paths import absolute_path
from clue.common.processes import end_with_parent
from clue.config.composition import register
from clue.config.files import config_dir_words
from clue.config.folders import CONF, RUN
from clue.config.hydra_search_path import search_own_folders
from clue.config.study_schema import StudyConf
from clue.errors import ClueError
from clue.evaluation import outcome
from clue.launch import (
    composed_once,
    isolation,
    ray_launcher,
    ray_settings,
    signals,
    submitit_jobs,
    sweep_jobs,
)
from clue.launch.reporter import SweepReport, reporting
from clue.launch.subprocess_job import run_isolated, run_shared
from clue.launch.worker import JobRequest, run_job
from clue.store.progress_files import ProgressFolder

register()
search_own_folders()
ray_launcher.register()
composed_once.register()

COMMAND = "command"
"""File in the output folder: the command line that repeats a sweep with all of its shards."""
ATTEMPTS = 3
"""Starts of a pool that lost a worker; its jobs resume."""
RESTARTED = "CLUE_POOL_STARTED_AGAIN"
"""Environment variable: jobs that have ended in this sweep's folder are not repeated."""


class OutputFolder(Callback):
    """Records the output folder and the study of the command before its first job."""

    folder: ClassVar[Path | None] = None
    study: ClassVar[StudyConf] = StudyConf()
    at_once: ClassVar[int] = 1
    """Jobs that run at the same time, at most; of a dry run those that it asks for."""
    command: ClassVar[str] = ""
    """Command line that repeats the sweep; a sharded command starts two sweeps of other ones."""
    report: ClassVar[SweepReport | None] = None
    """Display of the command; None in the processes of a launcher."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Record the folder of a single job."""
        self._record(Path(config.hydra.run.dir), config)
        self._report(config, multirun=False)

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Record the folder of a sweep."""
        self._record(Path(config.hydra.sweep.dir), config)
        if OutputFolder.command and not config.dry_run:
            write_atomic(folder() / COMMAND, OutputFolder.command.encode(), durable=False)
        self._report(config, multirun=True)

    def _record(self, folder: Path, config: DictConfig) -> None:
        OutputFolder.folder = folder
        OutputFolder.study = OmegaConf.to_object(config.study)  # type: ignore[assignment]
        if RESTARTED not in os.environ:
            for path in (folder / outcome.FILE, *folder.glob(f"*/{outcome.FILE}")):
                path.unlink(missing_ok=True)  # of an earlier command with this folder

    @staticmethod
    def _report(config: DictConfig, *, multirun: bool) -> None:
        """Begin to show the progress of the command's jobs."""
        report = OutputFolder.report
        if report is None:
            return
        jobs = sweep_jobs.swept(config) if multirun else sweep_jobs.single(config)
        asked = len(jobs) * (config.shards if config.dry_run else 1)
        OutputFolder.at_once = sweep_jobs.at_once(config, asked) if multirun else 1
        mlruns = absolute_path(config.paths.mlruns)
        report.open(
            ProgressFolder.of(mlruns, folder()),
            {
                **{"output": str(folder().absolute()), "multirun": multirun, "jobs": jobs},
                "at_once": min(OutputFolder.at_once, max(len(jobs), 1)),
                "command": OutputFolder.command,
            },
        )


def launch(report: SweepReport | None = None) -> None:
    """Compose and run every job of the command line; a lost job does not stop the others.

    Args:
        report: shows the progress of the jobs.

    Raises:
        ClueError: worker processes were lost `ATTEMPTS` times.
    """
    # a folder that cannot be resolved is an error of the command, which Hydra raises next
    warnings.filterwarnings("ignore", r"Callback OutputFolder\.\w+ raised Interpolation")
    OutputFolder.report = report
    start = hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
    for _ in range(ATTEMPTS):
        try:
            start(job)()
        except BrokenProcessPool:
            if RESTARTED not in os.environ:
                os.environ[RESTARTED] = "1"
                sys.argv.append(f"hydra.sweep.dir={folder()}")
        except (ClueError, HydraException, OmegaConfBaseException, OSError):
            raise
        except Exception as error:
            if not submitit_jobs.is_lost_job(error):
                raise _not_launched(error) from error
            submitit_jobs.wait_for_all(folder())
            return
        else:
            return
    raise ClueError(
        f"worker processes were lost {ATTEMPTS} times (killed from outside?): run the same "
        "command again to continue; fewer jobs at once (hydra.launcher.n_jobs=...) need less memory"
    )


def _not_launched(error: Exception) -> ClueError:
    """Error of Hydra or of a launcher about settings of theirs; jobs report their own errors."""
    cause = error.__cause__ or error.__context__
    reason = f"{error}: {cause}" if cause else str(error)
    return ClueError(
        f"Hydra cannot run this command: {type(error).__name__}: {reason}. "
        "hydra.verbose=true shows where"
    )


def job(composed: DictConfig) -> int:
    """Run one job; the launcher calls this function. Every error becomes an outcome.

    Returns the exit code of the process that the job had to itself, 0 if it had none.
    """
    request = _request(composed)
    restarted = RESTARTED in os.environ
    if restarted and request.outcomes.exists() and not outcome.running(request.outcomes):
        return 0
    launcher = HydraConfig.get().launcher._target_ if request.in_sweep else ""
    pooled = "joblib" in launcher
    if pooled and not started():
        _end_with_command()
    with signals.end_job_on_sigterm(), _own_report(request, pooled=pooled):
        if launcher == ray_settings.TARGET:
            return run_isolated(request, None)  # Ray has chosen its GPUs
        if isolation.shares_process(composed, pooled=pooled) and not restarted:
            run_shared(request)
        elif restarted or isolation.isolates(composed, pooled=pooled):
            return run_isolated(request, isolation.gpus(composed, pooled=pooled))
        else:
            run_job(request)
    return 0


@cache
def _end_with_command() -> None:
    """Let a process of a pool end when the command is gone: it would hold GPUs and locks."""
    command = multiprocessing.parent_process()  # also of a process whose parent is gone already
    end_with_parent(command.pid if command and command.pid else os.getppid())


@contextmanager
def _own_report(request: JobRequest, *, pooled: bool) -> Iterator[None]:
    """Show the progress of a submitted job in the log of its own process, which nobody else has."""
    if pooled or OutputFolder.folder is not None:
        yield
        return
    with reporting(terminal=False) as report:
        mlruns = absolute_path(request.composed.paths.mlruns)
        report.follow(ProgressFolder.of(mlruns, request.sweep_folder), request.number)
        yield


def record_command(arguments: Sequence[str]) -> None:
    """Let sweeps of this process record the command line; passwords of addresses are left out."""
    words = [*RUN, *config_dir_words(), *arguments]
    OutputFolder.command = privacy.without_passwords(shlex.join(words))


def started() -> bool:
    """True if the command has run a job or a sweep, rather than printed a configuration."""
    return OutputFolder.folder is not None


def folder() -> Path:
    """Returns the output folder of the command; set before its first job starts."""
    assert OutputFolder.folder is not None
    return OutputFolder.folder


def at_once() -> int:
    """Returns the number of jobs of the command that run at the same time, at most."""
    return OutputFolder.at_once


def study() -> StudyConf:
    """Returns the study of the command, whose levels its tables show."""
    return OutputFolder.study


def collect(reason: str) -> list[outcome.Outcome]:
    """Returns the outcomes of all jobs; cells that did not end failed for this reason."""
    if OutputFolder.folder is None:
        return []
    numbered = [path for path in folder().glob("*") if path.name.isdecimal()]
    folders = sorted(numbered, key=lambda path: int(path.name)) or [folder()]
    files = (job_folder / outcome.FILE for job_folder in folders)
    return [row for path in files for row in outcome.read_final(path, reason)]


def _request(composed: DictConfig) -> JobRequest:
    settings = HydraConfig.get()
    return JobRequest(
        composed,
        Path(settings.runtime.output_dir),
        shlex.join([*RUN, *config_dir_words(), *settings.overrides.task]),
        in_sweep=settings.mode == RunMode.MULTIRUN,
        logging=OmegaConf.to_container(settings.job_logging, resolve=True),  # type: ignore[arg-type]
        verbose=settings.verbose is True,
    )

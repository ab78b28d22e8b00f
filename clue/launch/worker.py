"""Process of a job: runs the request, writes outcomes into the job's folder, ends in order.

`python -m clue.launch.worker <pipe> <parent> <folder>` is a process of isolated jobs, which
`clue.launch.worker_process` starts.
"""

import logging
import logging.config
import os
import pickle
import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from clue.common.processes import end_with_parent
from clue.config.schema import Config
from clue.errors import Terminated, TrackingError
from clue.evaluation import outcome
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.launch import signals
from clue.store.progress_files import ProgressFolder

if TYPE_CHECKING:  # composing a command imports nothing that only a job needs
    from clue.evaluation.job import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobRequest:
    """A job in a form that can be sent to another process."""

    composed: DictConfig
    folder: Path
    """Folder of its log and outcomes."""
    command: str
    """Command that repeats the job, for people."""
    in_sweep: bool
    logging: Mapping[str, Any]
    """Argument of `logging.config.dictConfig`."""
    verbose: bool

    def resolved(self) -> "JobRequest":
        """Returns the job without interpolations: another process lacks our resolvers."""
        composed = self.composed.copy()
        OmegaConf.resolve(composed)
        return replace(self, composed=composed)

    @property
    def outcomes(self) -> Path:
        """File of the outcomes of its cells."""
        return self.folder / outcome.FILE

    @property
    def sweep_folder(self) -> Path:
        """Output folder of the command: the job's own, or the sweep's around it."""
        return self.folder.parent if self.in_sweep else self.folder

    @property
    def number(self) -> int:
        """Number of the job in the sweep, from 0."""
        return int(self.folder.name) if self.in_sweep and self.folder.name.isdecimal() else 0


def run_job(request: JobRequest) -> None:
    """Run a job in this process; writes its outcomes and its progress."""
    from clue.evaluation.job import Job
    from clue.launch.job_report import reported

    config = OmegaConf.to_object(request.composed)
    assert isinstance(config, Config)
    if config.on_overflow is None:
        config.on_overflow = "skip_cell" if request.in_sweep else "error"
    job = Job(config, request.command)
    with reported(job, ProgressFolder.of(job.mlruns, request.sweep_folder), request.number):
        _run(job, request)


def _run(job: "Job", request: JobRequest) -> None:
    """Write the outcome of each cell as soon as it ends."""
    from clue.evaluation.steps import outcomes

    tasks = list(job.config.tasks) or [NO_TASK]
    outcome.append(request.outcomes, *(job.outcome(task, "running") for task in tasks))
    try:
        for row in outcomes(job):
            outcome.append(request.outcomes, row)
            job.progress.end(row.task)
    except Exception as error:
        unfinished = [row.task for row in outcome.running(request.outcomes)]
        if unfinished and isinstance(error, TrackingError) and _was_tracked(request):
            for row in _untracked(job, unfinished, error):
                outcome.append(request.outcomes, row)
        else:  # NO_TASK: all cells have ended, but a later step of the job failed
            rows = (job.failure(task, error) for task in unfinished or [NO_TASK])
            outcome.append(request.outcomes, *rows)


def _untracked(job: "Job", tasks: Collection[str], error: TrackingError) -> Iterator[Outcome]:
    """Generate without scores: a failing tracking store must not cost the hours of generation."""
    from clue.evaluation.generate_only import generate

    log.warning("%s Until then answers are generated, but neither scored nor tracked.", error)
    job.config.force = False  # keep what this command has generated
    try:
        for row in generate(job):
            if row.task in tasks:
                generated = row.status == "generated"
                yield replace(job.failure(row.task, error), n=row.n) if generated else row
    except Exception as second_error:
        yield from (job.failure(task, second_error) for task in tasks)


def _was_tracked(request: JobRequest) -> bool:
    """True if the tracking store has answered in this command; a wrong address stops it at once."""
    folders = request.folder.parent.iterdir() if request.in_sweep else [request.folder]
    return any(row.n for folder in folders for row in outcome.read(folder / outcome.FILE))


def main(pipe: int, parent: int) -> int:
    """Run the pickled jobs on standard input; writes a byte to the pipe after each.

    Args:
        pipe: file descriptor.
        parent: id of the process that sends the jobs.
    """
    signals.install_handlers()
    signal.signal(signal.SIGUSR2, signals.stop_processes)  # Slurm sends it to every process
    end_with_parent(parent)
    os.set_inheritable(pipe, False)  # its end is the end of this process, not of a child
    try:
        while True:
            try:
                request = pickle.load(sys.stdin.buffer)
            except EOFError:  # no further job
                return 0
            _start_log(request)
            run_job(request)
            os.write(pipe, b".")
    except (KeyboardInterrupt, Terminated):
        return 128 + signal.SIGTERM


def _start_log(request: JobRequest) -> None:
    logging.config.dictConfig(dict(request.logging))
    if request.verbose:
        logging.getLogger().setLevel(logging.DEBUG)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))

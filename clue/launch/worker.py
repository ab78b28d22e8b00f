"""A job as its process does it: what is asked, outcomes beside the log, the end in order.

`python -m clue.launch.worker <folder>` is the process of an isolated job, which
`clue.launch.subprocess_job` starts.
"""

import logging
import logging.config
import pickle
import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from clue.config.schema import Config
from clue.errors import Terminated, TrackingError
from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome
from clue.launch import signals

if TYPE_CHECKING:  # composing a command should not import what a job needs
    from clue.evaluation.job import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobRequest:
    """A job, in a form that another process can be handed."""

    composed: DictConfig
    folder: Path
    """Where its log and its outcomes are."""
    command: str
    """What repeats it, for people."""
    in_sweep: bool
    logging: Mapping[str, Any]
    """Of `logging.config.dictConfig`."""
    verbose: bool

    @property
    def outcomes(self) -> Path:
        """What became of its cells."""
        return self.folder / outcome.FILE


def work(asked: JobRequest) -> None:
    """Do a job in this process; a cell's outcome is in its folder as soon as it is known."""
    from clue.evaluation.dry_run import plan
    from clue.evaluation.generate_only import generate
    from clue.evaluation.job import Job
    from clue.evaluation.run import run

    config = OmegaConf.to_object(asked.composed)
    assert isinstance(config, Config)
    if config.on_overflow is None:
        config.on_overflow = "skip_cell" if asked.in_sweep else "error"
    job = Job(config, OmegaConf.to_yaml(asked.composed, resolve=True), asked.command)
    tasks = list(config.tasks) or ["-"]
    outcome.append(asked.outcomes, *(job.outcome(task, "running") for task in tasks))
    try:
        steps = plan if config.dry_run else generate if config.generate_only else run
        for row in steps(job):
            outcome.append(asked.outcomes, row)
    except Exception as error:
        left = [row.task for row in outcome.running(asked.outcomes)]
        if left and isinstance(error, TrackingError) and _was_tracked(asked):
            for row in _untracked(job, left, error):
                outcome.append(asked.outcomes, row)
        else:  # "-": all cells have ended, and what comes after them failed
            outcome.append(asked.outcomes, *(job.failure(task, error) for task in left or ["-"]))


def _untracked(job: "Job", tasks: Collection[str], error: TrackingError) -> Iterator[Outcome]:
    """Generate at least: a tracking store that fails at night must not cost the night."""
    from clue.evaluation.generate_only import generate

    log.warning("%s Until then answers are generated and neither scored nor tracked.", error)
    job.config.force = False  # what this command has made stays
    try:
        for row in generate(job):
            if row.task in tasks:
                told = row.status == "generated"
                yield replace(job.failure(row.task, error), n=row.n) if told else row
    except Exception as another:
        yield from (job.failure(task, another) for task in tasks)


def _was_tracked(asked: JobRequest) -> bool:
    """Whether the store has answered in this command: else a wrong address should stop it."""
    folders = asked.folder.parent.iterdir() if asked.in_sweep else [asked.folder]
    return any(row.n for folder in folders for row in outcome.read(folder / outcome.FILE))


def main() -> int:
    """Do the job that stands, pickled, on standard input."""
    signals.obey()
    signal.signal(signal.SIGUSR2, signals.stop)  # Slurm's, sent to all processes of a job
    signals.end_with_parent()
    asked = pickle.load(sys.stdin.buffer)
    logging.config.dictConfig(dict(asked.logging))
    if asked.verbose:
        logging.getLogger().setLevel(logging.DEBUG)
    try:
        work(asked)
    except (KeyboardInterrupt, Terminated):
        return 128 + signal.SIGTERM
    return 0


if __name__ == "__main__":
    sys.exit(main())

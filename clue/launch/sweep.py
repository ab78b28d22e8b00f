"""The jobs of a command, in whatever processes a launcher runs them, and what became of them.

    <run or sweep folder>/[<number>/]outcomes.jsonl   each cell: running, then how it ended
    <run or sweep folder>/[<number>/]clue.log         what the job said

A worker process finds `job` by importing this module, which makes the schema known to Hydra there.
"""

import os
import shlex
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ClassVar

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from clue.config.folders import CONF, ROOT, RUN
from clue.config.schema import Config
from clue.errors import ClueError
from clue.evaluation import outcome
from clue.launch import signals, submitit_jobs
from clue.launch.subprocess_job import isolate
from clue.launch.worker import JobRequest, work

OmegaConf.register_new_resolver("expanded", lambda path: str(Path(path).expanduser()), replace=True)
OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)
ConfigStore.instance().store(name="schema", node=Config)

ATTEMPTS = 3
"""How often a pool of workers that lost one is started; its jobs go on where they were."""
AGAIN = "CLUE_POOL_STARTED_AGAIN"
"""Environment variable: what ended in this sweep's folder has ended in this command."""
ON_GPUS = ("transformers", "vllm")
"""Backends that generate on this machine's GPUs."""


class Started(Callback):
    """Notes where the command writes, before its first job."""

    folder: ClassVar[Path | None] = None

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """A single job."""
        self._begin(Path(config.hydra.run.dir))

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """A sweep."""
        self._begin(Path(config.hydra.sweep.dir))

    def _begin(self, folder: Path) -> None:
        Started.folder = folder
        if AGAIN not in os.environ:
            for path in (folder / outcome.FILE, *folder.glob(f"*/{outcome.FILE}")):
                path.unlink(missing_ok=True)  # of an earlier command that was given this folder


def launch() -> None:
    """Compose and run every job of the command line; one that is lost does not stop the others.

    Raises:
        ClueError: worker processes were lost again and again.
    """
    start = hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
    for _ in range(ATTEMPTS):
        try:
            start(job)()
        except BrokenProcessPool:
            if AGAIN not in os.environ:
                os.environ[AGAIN] = "1"
                sys.argv.append(f"hydra.sweep.dir={folder()}")
        except Exception as error:
            if not submitit_jobs.lost(error):
                raise
            submitit_jobs.wait(folder())
            return
        else:
            return
    raise ClueError(
        f"worker processes were lost {ATTEMPTS} times (killed from outside?): the same command "
        "goes on; fewer at once (hydra.launcher.n_jobs=...) need less memory"
    )


def job(composed: DictConfig) -> None:
    """What a launcher calls for every job: all that goes wrong becomes an outcome."""
    asked = _asked(composed)
    again = AGAIN in os.environ
    if again and asked.outcomes.exists() and not outcome.running(asked.outcomes):
        return
    pooled = asked.in_sweep and "joblib" in HydraConfig.get().launcher._target_
    with signals.obeying():
        if again or (pooled if composed.isolate is None else composed.isolate):
            isolate(asked, _gpus(composed, pooled=pooled))
        else:
            work(asked)


def folder() -> Path:
    """Where the command writes; known once its first job is to begin."""
    assert Started.folder is not None
    return Started.folder


def collect(reason: str) -> list[outcome.Outcome]:
    """The outcomes of the command's jobs; cells that did not end failed for this reason."""
    if Started.folder is None:
        return []
    numbered = [path for path in folder().glob("*") if path.name.isdecimal()]
    folders = sorted(numbered, key=lambda path: int(path.name)) or [folder()]
    paths = (place / outcome.FILE for place in folders)
    return [row for path in paths for row in outcome.settled(path, reason)]


def _asked(composed: DictConfig) -> JobRequest:
    settings = HydraConfig.get()
    resolved = composed.copy()  # an isolated job's process does not know our resolvers
    OmegaConf.resolve(resolved)
    return JobRequest(
        resolved,
        Path(settings.runtime.output_dir),
        shlex.join([*RUN, *settings.overrides.task]),
        in_sweep=settings.mode == RunMode.MULTIRUN,
        logging=OmegaConf.to_container(settings.job_logging, resolve=True),  # type: ignore[arg-type]
        verbose=settings.verbose is True,
    )


def _gpus(composed: DictConfig, *, pooled: bool) -> int | None:
    """How many an isolated job holds; None where it uses none, or may use all."""
    if composed.backend.name not in ON_GPUS or composed.backend.device == "cpu" or composed.dry_run:
        return None
    count: int | None = composed.gpus_per_job
    return count or (1 if pooled else None)

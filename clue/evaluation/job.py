"""Job: one model, loaded once, on some tasks."""

import logging
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from clue import privacy
from clue.backends import Backend, Setup, create_backend
from clue.common.paths import absolute_path
from clue.config.schema import Config
from clue.errors import DISK, ClueError, explain_os_error
from clue.evaluation.outcome import Outcome, Status
from clue.evaluation.progress import JobProgress
from clue.records import sha256
from clue.task.task import Task

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """The job of one configuration."""

    config: Config
    command: str
    """Command that repeats the job, for people."""
    progress: JobProgress = field(default_factory=JobProgress, compare=False)
    """What is done of its cells."""

    @property
    def mlruns(self) -> Path:
        """Folder of the store."""
        return self.config.paths.store

    @cached_property
    def backend(self) -> Backend:
        """Backend that generates the answers."""
        conf, paths = self.config, self.config.paths
        setup = Setup(
            conf.model,
            conf.backend,
            absolute_path(paths.models),
            self.mlruns / "cache",
            conf.generation,
            conf.thinking,
            stage=absolute_path(paths.stage) if paths.stage else None,
            stage_fallback=paths.stage_fallback,
        )
        return create_backend(setup)

    @cached_property
    def config_yaml(self) -> str:
        """The configuration, logged with every cell; a job that logs none does not write it."""
        from omegaconf import OmegaConf

        return OmegaConf.to_yaml(OmegaConf.structured(self.config))

    @cached_property
    def _digest(self) -> str:
        return sha256(asdict(self.config))

    def task(self, name: str) -> Task:
        """Returns one of the job's tasks on the job's data."""
        return Task.of(self.config, name)

    def outcome(self, task: str, status: Status, **values: Any) -> Outcome:
        """Returns a row of the closing table."""
        model, prompt = self.config.model.label, self.config.prompt.name
        return Outcome(model, task, prompt, status, job=self._digest, **values)

    def failure(self, task: str, error: Exception) -> Outcome:
        """Returns the row of a failed cell; the traceback of an unexpected error is logged."""
        if isinstance(error, ClueError):
            log.debug("%s failed", task, exc_info=error)
            reason = str(error)
        elif isinstance(error, OSError) and error.errno in DISK:
            log.debug("%s failed", task, exc_info=error)
            reason = explain_os_error(error)
        else:
            reason, trace = privacy.describe_unexpected(error, self._access(task))
            log.error("%s failed\n%s", task, trace)
        model, prompt = self.config.model.label, self.config.prompt.name
        return Outcome.failed(model, reason, task=task, prompt=prompt, job=self._digest)

    def _access(self, task: str) -> str:
        return self.task(task).access if task in self.config.tasks else "credentialed"

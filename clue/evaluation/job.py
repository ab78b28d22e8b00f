"""A job: one model, loaded once, on some tasks; everything is checked before the loading."""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue import privacy
from clue.backends import Backend, Setup, make
from clue.config.schema import Config
from clue.data.locate import data_root
from clue.errors import ClueError
from clue.evaluation.outcome import Outcome, Status
from clue.records import sha256
from clue.task.task import Task

if TYPE_CHECKING:  # importing mlflow takes seconds; refusing a wrong setting should not
    pass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What one configuration asks for."""

    config: Config
    config_yaml: str
    """The resolved configuration, logged with every cell."""
    command: str
    """What repeats the job, for people."""

    @property
    def mlruns(self) -> Path:
        """The store."""
        return self.config.paths.store

    @cached_property
    def backend(self) -> Backend:
        """What answers."""
        models = Path(self.config.paths.models).expanduser().resolve()
        setup = Setup(self.config.model, self.config.backend, models, self.mlruns / "cache")
        return make(setup)

    def outcome(self, task: str, status: Status, **more: Any) -> Outcome:
        """A row of the closing table."""
        model, prompt = self.config.model.label, self.config.prompt.name
        return Outcome(model, task, prompt, status, job=sha256(self.config_yaml), **more)

    def failure(self, task: str, error: Exception) -> Outcome:
        """The row of what failed: errors for the user as their text, others traced in the log."""
        if isinstance(error, ClueError):
            log.debug("%s failed", task, exc_info=error)
            return self.outcome(task, "failed", note=str(error))
        said, trace = privacy.unforeseen(error, self._access(task))
        log.error("%s failed\n%s", task, trace)
        return self.outcome(task, "failed", note=said)

    def _access(self, task: str) -> str:
        conf, root = self.config, data_root(self.config.paths.data)
        named = conf.tasks.get(task)
        return Task(named, conf.prompt, root).access if named else "credentialed"

"""Hydra's launcher on Ray: each job of a sweep is a task of a cluster.

    python run.py -m model=a,b task=all hydra/launcher=ray

It composes the jobs and connects to the cluster; `clue.launch.ray_jobs` runs them. Ray is imported
when this launcher starts, not before.
"""

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, configure_log, filter_overrides
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from clue.errors import ConfigError
from clue.launch import ray_jobs
from clue.launch.ray_settings import TARGET, RayConf
from clue.launch.ray_task import RayJob, environment

log = logging.getLogger(__name__)


class RayLauncher(Launcher):
    """Runs the jobs of a sweep as tasks of Ray; keyword arguments are the fields of `RayConf`."""

    def __init__(self, **settings: Any) -> None:
        self.settings = RayConf(**settings)

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what the jobs need."""
        self.hydra_context = hydra_context
        self.task_function = task_function
        self.config = config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Run the jobs; their outcomes are in their folders.

        Raises:
            ConfigError: Ray is not installed.
            Terminated: SIGTERM arrived; the tasks were cancelled.
            KeyboardInterrupt: SIGINT arrived; the tasks were cancelled.
        """
        hydra = self.config.hydra
        configure_log(hydra.hydra_logging, hydra.verbose)
        Path(hydra.sweep.dir).mkdir(parents=True, exist_ok=True)
        jobs = []
        for number, overrides in enumerate(job_overrides, initial_job_idx):
            log.info("\t#%d : %s", number, " ".join(filter_overrides(overrides)))
            jobs.append(self._job(number, overrides))
        with _cluster(self.settings) as ray:
            ray_jobs.run_all(ray, jobs, self.settings)
        return [JobReturn(status=JobStatus.COMPLETED) for _ in jobs]

    def _job(self, number: int, overrides: Sequence[str]) -> RayJob:
        loader = self.hydra_context.config_loader
        composed = loader.load_sweep_config(self.config, list(overrides))
        with open_dict(composed):
            composed.hydra.job.id = f"{composed.hydra.job.name}_{number}"
            composed.hydra.job.num = number
        return RayJob(
            number=number,
            composed=composed,
            start=(self.hydra_context, self.task_function, Singleton.get_state()),
            environment=environment(composed.backend.key_env),
            directory=Path.cwd(),
            folder=Path(composed.hydra.sweep.dir).absolute() / str(number),
        )


def register() -> None:
    """Make the launcher and the types of its settings known to Hydra.

    The class has another module than its name in Hydra says: processes that unpickle it import it
    from here.
    """
    Plugins.instance().class_name_to_class[TARGET] = RayLauncher
    ConfigStore.instance().store(group="hydra/launcher", name="ray_settings", node=RayConf)


@contextmanager
def _cluster(settings: RayConf) -> Iterator[Any]:
    """Connect to the cluster, or start one on this machine; yields the module `ray`."""
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        # Ray would start a job for ever that its node has no memory for
        "RAY_task_oom_retries": str(settings.max_retries),
    }
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ConfigError(
            "hydra/launcher=ray needs the package ray, which is not installed here: "
            "pip install -e '.[ray]'"
        ) from error
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            settings.address,
            include_dashboard=False,
            log_to_driver=False,  # jobs have logs of their own
            configure_logging=False,
        )
        signal.signal(signal.SIGTERM, before)  # Ray's handler would leave the tasks running
        yield ray
    finally:
        ray.shutdown()

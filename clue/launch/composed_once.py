"""Sweep whose jobs run with the compositions that Hydra checked before the first job.

Hydra composes every job twice: all of them before the first one starts, so that a wrong setting of
the last job ends the command, and each again when it starts. Here the second composition is the
first one. Hydra's own sweeper and its check are used as they are.
"""

from copy import deepcopy
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigSource
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, RunMode, TaskFunction
from omegaconf import DictConfig, OmegaConf

TARGET = "hydra_plugins.clue.ComposedOnceSweeper"
"""Name of the class in Hydra's settings, which accepts sweepers of this package only."""


class ComposedOnce(ConfigLoader):
    """Loader that hands out each composition of a sweep a second time without composing it."""

    def __init__(self, loader: ConfigLoader) -> None:
        self.loader = loader
        self._composed: dict[tuple[str, ...], DictConfig] = {}
        """Compositions by their overrides; copies take a tenth of the time of composing. They are
        not pickled: Hydra loads the classes of its launchers anew, which pickle refuses."""

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Returns the composition of a job; the second call for a job takes that of the first.

        Args:
            master_config: of the sweep, which is the same in all calls.
            sweep_overrides: of the job.

        Raises:
            HydraException: the overrides cannot be composed.
        """
        key = tuple(sweep_overrides)
        if key not in self._composed:
            composed = self.loader.load_sweep_config(master_config, sweep_overrides)
            self._composed[key] = deepcopy(composed)
            return composed
        checked = self._composed.pop(key)
        OmegaConf.copy_cache(from_config=master_config, to_config=checked)
        return checked

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes the process of a pool get Hydra's loader: each of its jobs is composed once."""
        return _itself, (self.loader,)

    def load_configuration(
        self,
        config_name: str | None,
        overrides: list[str],
        run_mode: RunMode,
        from_shell: bool = True,
        validate_sweep_overrides: bool = True,
    ) -> DictConfig:
        """Composes as Hydra's loader does, like the methods below."""
        return self.loader.load_configuration(
            config_name, overrides, run_mode, from_shell, validate_sweep_overrides
        )

    def get_search_path(self) -> ConfigSearchPath:
        """Returns the folders that are searched."""
        return self.loader.get_search_path()

    def get_sources(self) -> list[ConfigSource]:
        """Returns the sources of these folders."""
        return self.loader.get_sources()

    def list_groups(self, parent_name: str) -> list[str]:
        """Returns the groups in a group."""
        return self.loader.list_groups(parent_name)

    def get_group_options(
        self,
        group_name: str,
        results_filter: ObjectType | None = ObjectType.CONFIG,
        config_name: str | None = None,
        overrides: list[str] | None = None,
    ) -> list[str]:
        """Returns the files of a group."""
        return self.loader.get_group_options(group_name, results_filter, config_name, overrides)

    def compute_defaults_list(
        self, config_name: str | None, overrides: list[str], run_mode: RunMode
    ) -> Any:
        """Returns the files that a composition merges."""
        return self.loader.compute_defaults_list(config_name, overrides, run_mode)


def _itself(loader: ConfigLoader) -> ConfigLoader:
    return loader


class ComposedOnceSweeper(Sweeper):
    """Hydra's sweeper on such a loader; keyword arguments are the settings of Hydra's."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Set Hydra's sweeper up, which gives the loader to its launcher."""
        # imported here: Hydra loads the module anew when it looks for plugins
        from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

        self.sweeper = BasicSweeper(**self.settings)
        self.sweeper.setup(
            hydra_context=HydraContext(
                ComposedOnce(hydra_context.config_loader), hydra_context.callbacks
            ),
            task_function=task_function,
            config=config,
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Compose and check all jobs, then run them; returns the results of the launcher."""
        return self.sweeper.sweep(arguments)


def register() -> None:
    """Make the sweeper known to Hydra under its name in `conf/hydra/sweeper`."""
    Plugins.instance().class_name_to_class[TARGET] = ComposedOnceSweeper

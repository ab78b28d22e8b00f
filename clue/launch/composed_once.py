"""Sweep whose jobs run with the compositions that Hydra checked before the first job.

Hydra composes every job twice: all of them before the first one starts, so that a wrong setting of
the last job ends the command, and each again when it starts. Here the second composition is the
first one. Hydra's own sweeper and its check are used as they are.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, RunMode, TaskFunction
from omegaconf import DictConfig, OmegaConf

TARGET = "hydra_plugins.clue.ComposedOnceSweeper"
"""Name of the class in Hydra's settings, which accepts sweepers of this package only."""


class ComposedOnce(ConfigLoader):
    """Loader that returns each composition of a sweep twice: to Hydra's check, and to the job.

    Price: the two are one object. Hydra's check drops it unchanged.
    """

    def __init__(self, loader: ConfigLoader) -> None:
        self.loader = loader
        self._composed: dict[tuple[str, ...], DictConfig] = {}
        """Compositions by their overrides. They are not pickled: Hydra loads the classes of its
        launchers anew, which pickle refuses."""

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
        composed = self._composed.pop(key, None)
        if composed is None:
            with _uncollected():
                composed = self.loader.load_sweep_config(master_config, sweep_overrides)
            self._composed[key] = composed
        else:
            OmegaConf.copy_cache(from_config=master_config, to_config=composed)
        return composed

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


def _itself(hydras_own: Any) -> Any:
    return hydras_own


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cyclic garbage meanwhile: a composition is large, and all of it is kept."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class ParsedOnce(CachingConfigRepository):
    """Configuration files, each parsed once for all compositions of a sweep.

    Hydra copies the repository of its loader for each composition and keeps what that parses.
    """

    def load_config(self, config_path: str) -> ConfigResult | None:
        """Returns a copy of a parsed file, which the composition changes; None if there is none."""
        return deepcopy(super().load_config(config_path))

    def initialize_sources(self, config_search_path: ConfigSearchPath) -> None:
        """Read from other folders from now on, which have other files of the same names."""
        super().initialize_sources(config_search_path)
        self.cache = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "ParsedOnce":
        """Returns a repository for one composition, which shares what is parsed."""
        copied = ParsedOnce(self.delegate)
        copied.cache = self.cache
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes the process of a pool get Hydra's repository."""
        return _itself, (self.delegate,)


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
        loader = hydra_context.config_loader
        assert isinstance(loader, ConfigLoaderImpl)
        loader.repository = ParsedOnce(loader.repository)  # type: ignore[assignment]
        self.sweeper.setup(
            hydra_context=HydraContext(ComposedOnce(loader), hydra_context.callbacks),
            task_function=task_function,
            config=config,
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Compose and check all jobs, then run them; returns the results of the launcher."""
        return self.sweeper.sweep(arguments)


def register() -> None:
    """Make the sweeper known to Hydra under its name in `conf/hydra/sweeper`."""
    Plugins.instance().class_name_to_class[TARGET] = ComposedOnceSweeper

"""Compositions of a sweep, each made once.

Hydra composes every job of a sweep to check it before the first one starts, and again when the job
starts; a composition takes 0.2 s of CPU. Here a launcher of this process gets the one that was
checked. A file of `conf/` that changes while the sweep runs changes no job that was checked.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.plugins.sweeper import Sweeper
from omegaconf import DictConfig

MOST = 200
"""Configurations that are kept at a time, 2 MB each; further ones are composed again."""


@contextmanager
def composed_once() -> Iterator[None]:
    """Within the block a job's configuration is composed once."""
    checked: dict[tuple[str, ...], DictConfig] = {}
    compose, validate = ConfigLoaderImpl.load_sweep_config, Sweeper.validate_batch_is_legal

    def check(sweeper: Any, batch: Sequence[Sequence[str]]) -> None:
        loader = sweeper.hydra_context.config_loader
        for words in batch:
            config = compose(loader, sweeper.config, list(words))
            if len(checked) < MOST:
                checked[tuple(words)] = config

    def load(loader: Any, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        config = checked.pop(tuple(sweep_overrides), None)
        return compose(loader, master_config, sweep_overrides) if config is None else config

    _set(ConfigLoaderImpl, load_sweep_config=load)
    _set(Sweeper, validate_batch_is_legal=check)
    try:
        yield
    finally:
        _set(ConfigLoaderImpl, load_sweep_config=compose)
        _set(Sweeper, validate_batch_is_legal=validate)


def _set(owner: type, **methods: Any) -> None:
    for name, method in methods.items():
        setattr(owner, name, method)

"""Locations of data, models and the store that a command must name because they are not default."""

import shlex
from dataclasses import asdict
from functools import cache

from clue.config.composition import composed
from clue.config.files import config_dir_words
from clue.config.schema import Config, PathsConf

NAMES = ("data", "models", "mlruns")
"""Settings of `paths` that decide what a command reads and writes."""


def other_locations(paths: PathsConf) -> dict[str, str]:
    """Returns `paths.<name>` to each location that differs from the default of this shell."""
    default, chosen = _defaults(), asdict(paths)
    return {f"paths.{name}": chosen[name] for name in NAMES if chosen[name] != default[name]}


def options(paths: PathsConf, *names: str) -> str:
    """Returns these locations as options that follow a command, without those that are default.

    Own configuration files are a location too. Each option begins with a space:
    ` --mlruns /results --data demo --config-dir own`.
    """
    others = other_locations(paths)
    texts = {name: others[f"paths.{name}"] for name in names if f"paths.{name}" in others}
    words = [word for name, text in texts.items() for word in (f"--{name}", text)]
    return "".join(f" {shlex.quote(word)}" for word in [*words, *config_dir_words()])


@cache
def _defaults() -> dict[str, str]:
    return asdict(composed("config", Config, []).paths)

"""Locations of data, models and the store that a command must name because they are not default."""

from dataclasses import asdict
from functools import cache

from clue.config.composition import composed
from clue.config.schema import Config, PathsConf


def other_locations(paths: PathsConf) -> dict[str, str]:
    """Returns `paths.<name>` to each location that differs from the default of this shell."""
    default = _defaults()
    return {
        f"paths.{name}": value for name, value in asdict(paths).items() if value != default[name]
    }


@cache
def _defaults() -> dict[str, str]:
    return asdict(composed("config", Config, []).paths)

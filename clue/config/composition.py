"""Compose a configuration of `conf/` with overrides, outside of a Hydra application.

Hydra is imported with the first composition: `--help` of most commands needs none, and it takes
0.15 s.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from clue.common.paths import expanded
from clue.config.files import choices_in_help
from clue.config.folders import CONF, ROOT
from clue.config.overrides import check_overrides, explain, groups
from clue.config.schema import Config
from clue.errors import ConfigError

Schema = TypeVar("Schema")


@cache
def register() -> None:
    """Registers the schema and the resolvers of `conf/` with Hydra and OmegaConf, once."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    OmegaConf.register_new_resolver("expanded", lambda path: str(expanded(path)), replace=True)
    OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)
    OmegaConf.register_new_resolver("choices_in_help", choices_in_help, replace=True)
    ConfigStore.instance().store(name="schema", node=Config)


def composed(name: str, schema: type[Schema], overrides: Sequence[str]) -> Schema:
    """The settings of `conf/<name>.yaml` with overrides, unchecked for ranges.

    Args:
        name: of the file; its schema and resolvers are registered with Hydra.
        schema: dataclass of the settings.
        overrides: `key=value`, as on the command line.

    Raises:
        ConfigError: a key is unknown, a choice does not exist, a value has another type, or an own
            folder is missing or has a file of the same name as another one.
    """
    from hydra import compose, initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from clue.config.hydra_search_path import search_own_folders

    register()
    check_overrides(overrides, schema, groups(CONF))
    search_own_folders()
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            settings = OmegaConf.to_object(compose(name, overrides=list(overrides)))
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error, CONF)) from error
    assert isinstance(settings, schema)
    return settings


def as_overrides(settings: Mapping[str, Any]) -> list[str]:
    """Settings as `key=value` in Hydra's grammar.

    >>> as_overrides({"task": ["mednli", "meqsum"], "limit": None, "force": True, "seed": 1})
    ['task=[mednli,meqsum]', 'limit=null', 'force=true', 'seed=1']
    >>> as_overrides({"paths.data": "/data of mine", "margins": {"level": 2}})
    ["paths.data='/data of mine'", 'margins.level=2']

    Raises:
        ConfigError: a name is not the dotted name of a setting.
    """
    overrides = []
    for name, value in settings.items():
        if not re.fullmatch(r"[A-Za-z_][\w./@]*", str(name)):
            raise ConfigError(
                f"{name!r} is not the dotted name of a setting, e.g. tasks.meqsum.limit"
            )
        if isinstance(value, Mapping):
            overrides += as_overrides({f"{name}.{key}": entry for key, entry in value.items()})
        else:
            overrides.append(f"{name}={_value(value)}")
    return overrides


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str | Path):
        text = str(value)
        plain = text and all(letter.isalnum() or letter in "_./:-" for letter in text)
        return text if plain else "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"[{','.join(map(_value, value))}]" if isinstance(value, Sequence) else str(value)

"""Configuration files: the folders that are searched, and the files of a group.

A person's own folders have the layout of `conf/`: `task/<name>.yaml`, `model/<name>.yaml`,
`prompt/`, `scoring/` and the other groups. `--config-dir DIR` names one, CLUE_CONFIG_DIR one or
several. A name is one file: an own file never replaces another one silently.
"""

import os
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from clue.common.cli import CONFIG_DIR, CONFIG_DIR_OPTION
from clue.common.paths import expanded
from clue.config.folders import CONF
from clue.config.yaml_size import check_size
from clue.errors import ConfigError

Schema = TypeVar("Schema")
WORDING = "wording"
"""Group of the wordings, a group in it for each task."""


def own_folders() -> tuple[Path, ...]:
    """Returns the folders of CLUE_CONFIG_DIR, absolute; empty if it is not set.

    Raises:
        ConfigError: a folder does not exist, or contains no folder of a group.
    """
    named = filter(None, os.environ.get(CONFIG_DIR, "").split(os.pathsep))
    folders = tuple(expanded(name).absolute() for name in named)
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"there is no folder {folder}: {CONFIG_DIR_OPTION} or {CONFIG_DIR} names it"
            )
        if not any((folder / group).is_dir() for group in groups()):
            raise ConfigError(
                f"{folder}, which {CONFIG_DIR_OPTION} or {CONFIG_DIR} names, has none of the "
                f"folders {', '.join(group for group in groups() if '/' not in group)}. A task is "
                f"{folder / 'task' / '<name>.yaml'}"
            )
    return folders


def search_path() -> tuple[Path, ...]:
    """Returns the folders of configuration files: own ones, then `conf/`; each folder once.

    Raises:
        ConfigError: see `own_folders`.
    """
    return tuple({folder.resolve(): folder for folder in (*own_folders(), CONF)}.values())


@cache
def groups() -> tuple[str, ...]:
    """Returns the groups of `conf/`, such as `model` and `hydra/launcher`; they never change."""
    folders = {path.parent.relative_to(CONF) for path in CONF.rglob("*.yaml")} - {Path()}
    return tuple(sorted(map(str, folders)))


def config_files(group: str) -> dict[str, Path]:
    """Returns name and path of every file of a group, sorted by name.

    Raises:
        ConfigError: two folders have a file of the same name; names both.
    """
    files: dict[str, Path] = {}
    for folder in search_path():
        for path in (folder / group).glob("*.yaml"):
            if path.stem in files:
                raise ConfigError(
                    f"{files[path.stem]} and {path} have the same name: rename one of them"
                )
            files[path.stem] = path
    return dict(sorted(files.items()))


def choices_in_help() -> str:
    """Returns the groups that a command chooses from, a line each with its files.

    Wordings are not chosen one by one: a population of prompts is drawn from all of a task.
    """
    hidden = ("hydra", WORDING)
    chosen = [group for group in groups() if not group.startswith(hidden)]
    return "\n".join(f"{group}: {', '.join(config_files(group))}" for group in chosen)


def check_own_files() -> None:
    """Check the own files of all groups before Hydra reads them.

    Raises:
        ConfigError: two files have the same name, a file is not YAML, or the first line of a task
            file does not say where its settings belong.
    """
    own = own_folders()
    for group in (".", *groups()) if own else ():
        for name, path in config_files(group).items():
            if path.parent.parent not in own:
                continue
            if group != "study":  # a study that is not chosen is not read: it stops no other one
                load_yaml(path)
            header = rf"^# @package (tasks\.{re.escape(name)}|_global_)\s*$"
            if group == "task" and not re.search(header, path.read_text(), re.MULTILINE):
                raise ConfigError(f"{path}: the first line must be `# @package tasks.{name}`")


def config_dir_words() -> list[str]:
    """Returns the words of a command that make it search the same own folders."""
    return [word for folder in own_folders() for word in (CONFIG_DIR_OPTION, str(folder))]


def load_yaml(path: Path) -> Any:
    """Returns the content of a YAML file.

    Raises:
        ConfigError: the file is not YAML or cannot be read; names the line.
    """

    def fail(problem: str) -> ConfigError:
        return ConfigError(f"{path} {problem}")

    from omegaconf import OmegaConf  # here, as below: --help of a command reads no file
    from yaml import YAMLError

    try:
        check_size(path, fail)
        return OmegaConf.load(path)
    except (YAMLError, RecursionError, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path} is malformed: {reason}") from error


def load_file(path: Path, schema: type[Schema]) -> Schema:
    """Returns the settings of one file, the caller's own; a process reads an unchanged file once.

    Raises:
        ConfigError: the file is malformed or has another field; lists the fields.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise ConfigError(f"{path} is malformed: {error}") from error
    settings: Schema = deepcopy(
        _settings(path, cast(Any, schema), (stat.st_mtime_ns, stat.st_size))
    )
    return settings


@cache
def _settings(path: Path, schema: Any, state: tuple[int, int]) -> Any:
    """Settings of a file; read again when its size or its time of change (`state`) is another."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    content = load_yaml(path)
    try:
        settings = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(schema), content))
    except OmegaConfBaseException as error:
        fields = ", ".join(getattr(schema, "__dataclass_fields__", ()))
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path} is malformed: {reason}. Its fields: {fields}") from error
    assert isinstance(settings, schema)
    return settings

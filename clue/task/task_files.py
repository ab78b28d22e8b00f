"""Task files, `task/<name>.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from clue.common.suggestion import unknown
from clue.config.files import config_files, load_file, load_yaml
from clue.config.schema import TaskConf
from clue.errors import ConfigError


def names() -> tuple[str, ...]:
    """Returns the names of all task files, sorted, without lists of tasks such as `all`.

    Raises:
        ConfigError: a file is not YAML.
    """
    files = config_files("task").items()
    return tuple(name for name, path in files if _is_task(path, path.stat().st_mtime_ns))


@cache
def _is_task(path: Path, mtime_ns: int) -> bool:
    """True for a file of one task; read again when its time of change is another."""
    return "name" in load_yaml(path)


def load(name: str) -> TaskConf:
    """Loads one task file.

    Raises:
        ConfigError: there is no such file, lists the names; or it is malformed.
    """
    files = config_files("task")
    if name not in names():
        raise ConfigError(
            f"{unknown(name, list(files), 'single task')} (list: python -m clue tasks)"
        )
    return load_file(files[name], TaskConf)


def lists() -> dict[str, tuple[str, ...]]:
    """Returns the lists of tasks, such as `longhealth`, with the names that each file lists."""
    tasks = names()
    return {
        name: _listed(path, path.stat().st_mtime_ns)
        for name, path in config_files("task").items()
        if name not in tasks
    }


def expanded(name: str) -> list[str]:
    """Returns the tasks of a list such as `all`, also of lists in it; for another name, itself.

    >>> expanded("open"), expanded("mednli")
    (['medec', 'aci_bench', 'mts_dialog'], ['mednli'])
    """
    return list(_expanded(name, lists()))


def _expanded(name: str, listed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not listed.get(name):
        yield name
    for part in listed.get(name, ()):
        yield from _expanded(part, listed)


@cache
def _listed(path: Path, mtime_ns: int) -> tuple[str, ...]:
    """Names that a list of tasks lists; read again when its time of change is another."""
    return tuple(map(str, load_yaml(path).get("defaults", ())))

"""Task files, `task/<name>.yaml`."""

from functools import cache
from pathlib import Path

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
        raise ConfigError(f"there is no single task {name!r}; there are {', '.join(files)}")
    return load_file(files[name], TaskConf)

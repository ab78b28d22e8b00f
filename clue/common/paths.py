"""Paths that people type."""

from pathlib import Path

from clue.errors import ConfigError


def expanded(path: str | Path) -> Path:
    """Returns a path whose `~` or `~user` is replaced by the home folder.

    Raises:
        ConfigError: there is no such user, or the user has no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        user = Path(path).parts[0]
        raise ConfigError(f"{path}: this machine has no home folder of {user}") from error


def absolute_path(path: str | Path) -> Path:
    """Returns an absolute path without `~`, `..` and links.

    Raises:
        ConfigError: as `expanded`, or its links lead back to it, or it has a null character.
    """
    try:
        return expanded(path).resolve()
    except (RuntimeError, OSError, ValueError) as error:
        raise ConfigError(f"{str(path)!r} is no path of a file or folder: {error}") from error

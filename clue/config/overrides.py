"""Check of command-line settings before Hydra parses them.

Hydra accepts `+key=value` for any key, which then has no effect, and recommends this form for a
misspelt key.
"""

import difflib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from clue.common.suggestion import unknown
from clue.config.files import config_files
from clue.config.schema import PathsConf
from clue.errors import ClueError, ConfigError, explain_os_error


def groups(conf: Path) -> list[str]:
    """Returns the groups of a configuration folder, including `hydra` if it configures Hydra."""
    return [path.name for path in conf.iterdir() if path.is_dir()]


def as_settings(arguments: Iterable[str]) -> list[str]:
    """Rewrites `--mlruns DIR` as `paths.mlruns=DIR`, and likewise the other paths.

    >>> as_settings(["report=false", "--mlruns", "/tmp/store", "--data=demo"])
    ['report=false', 'paths.mlruns=/tmp/store', 'paths.data=demo']
    """
    names = "|".join(field.name for field in fields(PathsConf))
    words: list[str] = []
    has_value = True
    for argument in arguments:
        if has_value:
            words.append(re.sub(rf"^--({names})(=|$)", r"paths.\1=", argument))
        else:
            words[-1] += argument
        has_value = not has_value or re.fullmatch(rf"--({names})", argument) is None
    return words


def check_overrides(arguments: Sequence[str], schema: type, groups: Sequence[str] = ()) -> None:
    """Check the keys of `key=value` arguments against a schema and groups.

    Raises:
        ConfigError: a key is unknown (suggests the most similar one) or is added with `+`; a path
            or the name of a file is empty.
    """
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if argument.startswith("-") or not equals:
            continue
        if "hydra" in groups and re.match(r"[+~]*hydra[./]", key):
            continue
        if key.startswith("+"):
            raise ConfigError(
                f"{key}: settings are not added with '+'; write {argument.lstrip('+')}"
            )
        _check_key(key.lstrip("~"), schema, groups)
        if key in groups and value in ("", "null"):
            raise ConfigError(
                f"{argument}: this setting names a file; there are {', '.join(config_files(key))}"
            )
        if key.startswith("paths.") and value in ("", "null", "''", '""'):
            raise ConfigError(f"{argument}: the folder is empty; leave {key}= out for its default")


def _check_key(key: str, schema: type, groups: Sequence[str]) -> None:
    if key.partition("@")[0] in groups:  # model@package=name
        return
    level: Any = schema
    parts = key.split(".")
    for depth, part in enumerate(parts):
        if get_origin(level) is dict:
            level = get_args(level)[1]
            continue
        names = [field.name for field in fields(level)] if is_dataclass(level) else []
        if depth == 0:
            names += groups
        if part not in names:
            raise ConfigError(_unknown(key, part, parts[:depth], names))
        level = get_type_hints(level).get(part)


def _unknown(key: str, part: str, parents: Sequence[str], names: Sequence[str]) -> str:
    parent = ".".join(parents)
    similar = difflib.get_close_matches(re.sub(r"\W", "", part), names, n=1, cutoff=0.5)
    prefix = f"{parent}." if parent else ""
    hint = f"; did you mean {prefix}{similar[0]}?" if similar else "."
    return (
        f"no setting {key!r}{hint} There are "
        f"{', '.join(prefix + name for name in sorted(set(names)))}"
    )


def explain(error: Exception, conf: Path) -> str:
    """Returns the text of a composition error without search paths, with cause and options.

    Args:
        error: of Hydra or OmegaConf, or of this project.
        conf: the folder of the groups; the options are those of own folders too.
    """
    from hydra.errors import HydraException, OverrideParseException  # Hydra takes 0.15 s

    if isinstance(error, ClueError):
        return str(error)
    if isinstance(error, OverrideParseException):
        key, _, value = error.override.partition("=")
        quoted = shlex.quote(f'{key}="{value}"')
        return f"{error.override}: this value needs quotes, in the shell and inside: {quoted}"
    if isinstance(error, OSError) and not isinstance(error, HydraException):
        return explain_os_error(error)
    text = str(error).partition("Config search path")[0].strip()
    if error.__cause__:
        text += f": {str(error.__cause__).strip().splitlines()[0]}"
    missing = re.search(r"Could not (?:load|find) '([\w/]+)/([^'/]+)'", text)
    if missing and (conf / missing[1]).is_dir():
        group, name = missing.groups()
        return f"{group}={name}: {unknown(name, list(config_files(group)))}"
    return text

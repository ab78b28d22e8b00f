"""What stands on the command line, checked before Hydra sees it.

Hydra accepts `+key=value` for any key and then nobody reads it, and for a misspelt key it
recommends just that.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from clue.config.schema import PathsConf
from clue.errors import ConfigError


def groups(conf: Path) -> list[str]:
    """The groups of a folder of configurations; `hydra` is among them if it sets up Hydra too."""
    return [path.name for path in conf.iterdir() if path.is_dir()]


def as_settings(arguments: Iterable[str]) -> list[str]:
    """Arguments in which `--mlruns DIR` is written as `paths.mlruns=DIR`, likewise other paths.

    >>> as_settings(["report=false", "--mlruns", "/tmp/store", "--data=demo"])
    ['report=false', 'paths.mlruns=/tmp/store', 'paths.data=demo']
    """
    names = "|".join(field.name for field in fields(PathsConf))
    words: list[str] = []
    for argument in arguments:
        if words and re.fullmatch(rf"paths\.({names})=", words[-1]):
            words[-1] += argument
        else:
            words.append(re.sub(rf"^--({names})(=|$)", r"paths.\1=", argument))
    return words


def check_overrides(arguments: Sequence[str], schema: type, groups: Sequence[str] = ()) -> None:
    """Check the keys of `key=value` arguments against a schema and the groups beside it.

    Raises:
        ConfigError: a key is unknown (names the nearest one) or is added with `+`.
    """
    if {"-sc", "--shell_completion"} & set(arguments):
        return  # install=bash is no setting
    for argument in arguments:
        key, equals, _ = argument.partition("=")
        if argument.startswith("-") or not equals:
            continue
        if "hydra" in groups and re.match(r"[+~]*hydra[./]", key):
            continue
        if key.startswith("+"):
            raise ConfigError(
                f"{key}: settings are not added with '+'; write {argument.lstrip('+')}"
            )
        _check_key(key.lstrip("~"), schema, groups)


def _check_key(key: str, schema: type, groups: Sequence[str]) -> None:
    if key.partition("@")[0] in groups:  # model@place=name: at another place than its own
        return
    known: Any = schema
    parts = key.split(".")
    for depth, part in enumerate(parts):
        if get_origin(known) is dict:
            known = get_args(known)[1]
            continue
        names = [field.name for field in fields(known)] if is_dataclass(known) else []
        if depth == 0:
            names += groups
        if part not in names:
            raise ConfigError(_unknown(key, part, parts[:depth], names))
        known = get_type_hints(known).get(part) if part in get_type_hints(known) else None


def _unknown(key: str, part: str, parents: Sequence[str], names: Sequence[str]) -> str:
    where = ".".join(parents)
    near = difflib.get_close_matches(re.sub(r"\W", "", part), names, n=1, cutoff=0.5)
    prefix = f"{where}." if where else ""
    hint = f"; did you mean {prefix}{near[0]}?" if near else "."
    return (
        f"no setting {key!r}{hint} There are "
        f"{', '.join(prefix + name for name in sorted(set(names)))}"
    )


def explain(error: Exception, conf: Path) -> str:
    """The text of a composition error without search paths, with cause and options."""
    text = str(error).partition("Config search path")[0].strip()
    if error.__cause__:
        text += f": {str(error.__cause__).strip().splitlines()[0]}"
    lost = re.search(r"Could not load '([\w/]+)/", text)
    if lost and (conf / lost[1]).is_dir():
        names = sorted(path.stem for path in (conf / lost[1]).glob("*.yaml"))
        text += f" There are {', '.join(names)}"
    return text

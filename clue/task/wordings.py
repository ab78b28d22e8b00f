"""The wordings of a task, `conf/wording/<task>/<id>.yaml`, checked against the task file.

A population of prompts is drawn from them (`clue.task.population`). A wording asks exactly what the
task file asks: it names the same fields and labels, and leaves the form of the answer as it is.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from clue.config.files import WORDING, config_files, load_file
from clue.config.folders import CONF
from clue.config.ranges import problems
from clue.config.schema import TaskConf
from clue.config.wording_schema import WordingConf
from clue.errors import ConfigError

LONGEST = 1.5
"""Most characters of a wording, as a multiple of those of the task file."""
_FIELD = re.compile(r"\{\w*\}")


def wordings(conf: TaskConf, labels: tuple[str, ...]) -> Mapping[str, WordingConf]:
    """Returns the wordings of a task by id, sorted.

    Tasks on the same data set, such as the three of LongHealth, share the folder of the data set.

    Args:
        conf: the task.
        labels: the answers of a task that has the same few for every sample, such as `entailment`.

    Raises:
        ConfigError: there is none; or one asks something else, says what.
    """
    files = config_files(f"{WORDING}/{conf.name}") or config_files(f"{WORDING}/{conf.dataset}")
    if not files:
        folder = CONF / WORDING / conf.name
        raise ConfigError(
            f"{conf.name} has no wordings, and prompt.design asks for a population of prompts: "
            f"write {folder}/<id>.yaml, or {WORDING}/{conf.name}/<id>.yaml in a folder of your own "
            "(--config-dir), or set prompt.design=one"
        )
    loaded = {name: _load(path, path.stat().st_mtime_ns) for name, path in files.items()}
    lines = [
        f"{files[name]}: {problem}"
        for name, wording in loaded.items()
        for problem in wording_problems(wording, conf, labels)
    ]
    if lines:
        raise ConfigError("\n  ".join(["these wordings cannot be used:", *lines]))
    return loaded


@cache
def _load(path: Path, mtime_ns: int) -> WordingConf:
    """The settings of a file; read again when its time of change is another."""
    return load_file(path, WordingConf)


def wording_problems(
    wording: WordingConf, conf: TaskConf, labels: tuple[str, ...]
) -> Iterator[str]:
    r"""Yields what is wrong with a wording of a task.

    >>> task = TaskConf(user="{note}\nIs it so? Say yes or no.")
    >>> given = WordingConf("terse", "author", "A. Author", "2026-01-01", "CC0-1.0", user="Yes?")
    >>> list(wording_problems(given, task, ("yes", "no")))
    ['user names no field, and the task file names note', 'it does not name the answer no']
    """
    yield from problems(wording)
    named, declared = _fields(wording.user), _fields(conf.user)
    if named != declared:
        names = ", ".join(named) or "no field"
        yield f"user names {names}, and the task file names {', '.join(declared)}"
    if _fields(wording.system):
        yield f"system names {', '.join(_fields(wording.system))}: it is text, not a template"
    text = f"{wording.system} {wording.user}".casefold()
    for label in labels:
        if not re.search(rf"\b{re.escape(label.casefold())}\b", text):
            yield f"it does not name the answer {label}"
    length, own = _length(wording.system, wording.user), _length(conf.system, conf.user)
    if length > LONGEST * own:
        yield (
            f"it has {length} characters without its fields, more than {LONGEST:g} times the {own} "
            "of the task file: what it adds may be another task"
        )


def _fields(template: str) -> list[str]:
    """Names of the fields of a template, sorted, each as often as it stands there."""
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _length(*templates: str) -> int:
    return len(_FIELD.sub("", " ".join(templates)).strip())
